// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a provider needs when the machine is about to stop, and before it can
 * join by itself: the answers of the core in the provider's hands. Locking:
 * cluster.lock, taken here.
 */
#include <linux/export.h>
#include <linux/string.h>

#include "cluster.h"
#include "listener.h"

/**
 * vcs_retire_cluster - leave because the machine is about to stop
 * @cluster: between join and leave of its provider
 *
 * A clean leave, begun; the provider's leave is called from a work item. With
 * stateful listeners nothing is done: their I/O may be under way until the
 * machine stops, so that the others have to see it fail.
 *
 * Context: process context, may sleep.
 * Return: 0; -EBUSY or -EAGAIN stateful listeners are registered; -ESHUTDOWN
 * it is leaving already.
 */
int vcs_retire_cluster(struct vcs_cluster *cluster)
{
	return vcs_cluster_leave(cluster, false);
}
EXPORT_SYMBOL_GPL(vcs_retire_cluster);

/**
 * vcs_cluster_is_stateful - does anybody here do I/O on the strength of it
 * @cluster: between join and leave of its provider
 *
 * Context: process context, may sleep.
 * Return: true until the last listener with VCS_LISTENER_STATEFUL has let go.
 */
bool vcs_cluster_is_stateful(struct vcs_cluster *cluster)
{
	bool stateful;

	mutex_lock(&cluster->lock);
	stateful = vcs_listeners_stateful_locked(cluster);
	mutex_unlock(&cluster->lock);
	return stateful;
}
EXPORT_SYMBOL_GPL(vcs_cluster_is_stateful);

/**
 * vcs_check_name - what vcs_join_cluster() would say to the name of a cluster
 * @name: the name
 *
 * Context: any.
 * Return: 0, -EINVAL.
 */
int vcs_check_name(const char *name)
{
	return vcs_name_ok(name) && strcmp(name, "providers") ? 0 : -EINVAL;
}
EXPORT_SYMBOL_GPL(vcs_check_name);

/**
 * vcs_check_options - what vcs_join_cluster() would say to the core's words
 * @text: comma-separated words, the core's and the provider's
 * @rest: the provider's, to be freed with kfree()
 * @bad: on -EINVAL, the word that is not right; empty when @text is too long
 * @bad_len: size of @bad
 *
 * Context: process context, may sleep.
 * Return: 0, -EINVAL, -ENOMEM.
 */
int vcs_check_options(const char *text, char **rest, char *bad, size_t bad_len)
{
	struct vcs_options options;

	return vcs_options_parse(&options, text, rest, bad, bad_len);
}
EXPORT_SYMBOL_GPL(vcs_check_options);
