// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a provider tells administrators about a cluster, as
 * /sys/kernel/debug/vcs/CLUSTER@NAMESPACE, with the inode number of the network
 * namespace: for one call of the provider's show(), one reading of the file.
 *
 * Locking: none. The file is there from the end of the provider's join to the
 * beginning of its leave, and debugfs waits for whoever is inside show() when it
 * removes a file: so show() runs while the provider does, and at no other time.
 * What is shown is copied to the reader outside: its memory may be a file on
 * the very filesystem that waits for this cluster.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/seq_file.h>

#include "cluster.h"
#include "notify.h"

static struct dentry *folder;

static int provider_show(struct seq_file *seq, void *unused)
{
	struct dentry *file = seq->file->f_path.dentry;
	struct vcs_cluster *cluster = seq->private;
	int err;

	err = debugfs_file_get(file);
	if (err)
		return err;
	cluster->provider->ops->show(cluster, seq);
	debugfs_file_put(file);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(provider);

/**
 * vcs_debug_add() - make the file of a cluster; best effort
 * @cluster: its provider has joined
 *
 * Context: the join work, no lock held.
 */
void vcs_debug_add(struct vcs_cluster *cluster)
{
	char name[VCS_NAME_MAX + 16];

	if (!cluster->provider->ops->show)
		return;
	scnprintf(name, sizeof(name), "%s@%u", cluster->name,
		  vcs_cluster_net(cluster)->ns.inum);
	cluster->debug = debugfs_create_file_unsafe(name, 0400, folder, cluster,
						    &provider_fops);
}

/**
 * vcs_debug_del() - let nobody ask the provider any more
 * @cluster: its provider is about to leave
 *
 * Waits for who is asking it. Context: the leave work, no lock held.
 */
void vcs_debug_del(struct vcs_cluster *cluster)
{
	debugfs_remove(cluster->debug);
	cluster->debug = NULL;
}

void vcs_debug_start(void)
{
	folder = debugfs_create_dir("vcs", NULL);
}

void vcs_debug_stop(void)
{
	debugfs_remove(folder);
}
