/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of fences as a pure data structure: no lock, no allocation, no
 * clock. The same calls in the same order give the same table on every node.
 *
 * Its room is fixed when the cluster is set up, so that a view change needs no
 * memory: one unsettled life of each possible member, and the last settled
 * ones for people to see. An unsettled entry is never dropped to make room; if
 * there is none, the table says so for ever and settles nothing any more.
 */
#ifndef _VCS_FENCE_TABLE_H
#define _VCS_FENCE_TABLE_H

#include <linux/vcs_provider.h>

#define VCS_FENCE_HISTORY	64
#define VCS_FENCE_CAPACITY	(VCS_MEMBERS_MAX + VCS_FENCE_HISTORY)

/* What this node alone knows about an entry; the table only carries it. */
struct vcs_fence_local {
	u64 since_ms;		/* in this state */
	u64 not_before_ms;	/* no claim by this node earlier */
	u64 warned_ms;
	u32 tries;		/* attempts made by this node */
	u32 failures;		/* claims of this node that came to nothing */
};

struct vcs_fence_entry {
	u64 incarnation;	/* 0: every life before @order */
	u64 actor_incarnation;
	u64 order;		/* when it became pending; see below */
	u32 nodeid;
	u32 actor;		/* 0: nobody */
	u32 failed_actor;	/* whose claim ended last without success */
	u32 round;		/* claims so far */
	enum vcs_fence_state state;
	bool changed;		/* since vcs_fence_table_next_changed() */
	char reason[VCS_REASON_MAX + 1];
	char method[VCS_NAME_MAX + 1];	/* what settled it */
	struct vcs_fence_local local;
};

struct vcs_fence_table {
	u32 nr;
	u32 capacity;
	bool overflow;
	struct vcs_fence_entry *entries;	/* by rising order */
};

/*
 * A nodeid has at most one life in a view, so within one generation at most
 * one of its lives departs and at most one is a member that can be asked for.
 * That makes the generation, and which of the two it was, a total order of the
 * entries of a nodeid, the same on a node that joined later.
 */
static inline u64 vcs_fence_order(u64 generation, bool requested)
{
	return generation * 2 + requested;
}

struct vcs_fence_entry *vcs_fence_table_find(struct vcs_fence_table *table,
					     u32 nodeid, u64 incarnation);
struct vcs_fence_entry *vcs_fence_table_latest(struct vcs_fence_table *table,
					       u32 nodeid);
bool vcs_fence_table_claimed(const struct vcs_fence_table *table, u32 nodeid);
struct vcs_fence_entry *vcs_fence_table_need(struct vcs_fence_table *table,
					     u32 nodeid, u64 incarnation,
					     u64 order, const char *reason);
bool vcs_fence_table_claim(struct vcs_fence_table *table, u32 nodeid,
			   u64 incarnation, u32 actor, u64 actor_incarnation);
bool vcs_fence_table_result(struct vcs_fence_table *table, u32 nodeid,
			    u64 incarnation, u32 round, u32 from,
			    u64 from_incarnation, enum vcs_fence_result result,
			    const char *method);
u32 vcs_fence_table_settle(struct vcs_fence_table *table, u32 nodeid,
			   u64 incarnation, const char *method);
void vcs_fence_table_members(struct vcs_fence_table *table,
			     const struct vcs_view *view);
bool vcs_fence_table_merge(struct vcs_fence_table *table,
			   const struct vcs_fence_entry *from);
void vcs_fence_table_trim(struct vcs_fence_table *table);
bool vcs_fence_table_settled(struct vcs_fence_table *table, u32 nodeid,
			     u64 incarnation);
struct vcs_fence_entry *
vcs_fence_table_next_changed(struct vcs_fence_table *table);

int vcs_fence_rank(struct vcs_fence_table *table,
		   const struct vcs_fence_entry *entry,
		   const struct vcs_view *view, const unsigned long *suspects,
		   u32 local);

#endif /* _VCS_FENCE_TABLE_H */
