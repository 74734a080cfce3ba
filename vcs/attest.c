// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a node that joins can say about its earlier lives. The others take it
 * as a reason to call those lives harmless, so it must not say too much.
 *
 * Locking: undrained_lock, a leaf spinlock, guards the list of clusters that
 * are over for the others while stateful listeners here have not let go, in
 * every network namespace.
 */
#include <linux/spinlock.h>

#include "leave.h"

static DEFINE_SPINLOCK(undrained_lock);
static LIST_HEAD(undrained);

void vcs_attest_undrained(struct vcs_cluster *cluster)
{
	spin_lock(&undrained_lock);
	if (list_empty(&cluster->undrained))
		list_add(&cluster->undrained, &undrained);
	spin_unlock(&undrained_lock);
}

void vcs_attest_drained(struct vcs_cluster *cluster)
{
	spin_lock(&undrained_lock);
	list_del_init(&cluster->undrained);
	spin_unlock(&undrained_lock);
}

/* The namespace is no part of it: the storage is the same. */
static bool name_drained(const char *name)
{
	struct vcs_cluster *other;
	bool drained = true;

	spin_lock(&undrained_lock);
	list_for_each_entry(other, &undrained, undrained)
		if (!strcmp(other->name, name))
			drained = false;
	spin_unlock(&undrained_lock);
	return drained;
}

/**
 * vcs_cluster_attest - what this node states about itself when it joins
 * @cluster: being joined
 * @attest: filled in
 *
 * Ask again for each challenge: the answer may change.
 *
 * Context: process context.
 */
void vcs_cluster_attest(struct vcs_cluster *cluster, struct vcs_attest *attest)
{
	memset(attest, 0, sizeof(*attest));
	attest->load_id = vcs_load_id;
	memcpy(attest->machine_id, cluster->options.machine_id,
	       sizeof(attest->machine_id));
	attest->drained = name_drained(cluster->name);
}
EXPORT_SYMBOL_GPL(vcs_cluster_attest);
