// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the table of fences changes, and who is first in line to act.
 *
 * Pure: no lock, no allocation, no clock, no log. The caller holds what
 * protects the table (cluster.lock), stamps the local part of the entries that
 * changed and tells people about them.
 */
#include <linux/bitops.h>
#include <linux/string.h>

#include "fence_table.h"

#define for_each_entry(entry, table)					\
	for ((entry) = (table)->entries;				\
	     (entry) < (table)->entries + (table)->nr; (entry)++)

static bool unsettled(const struct vcs_fence_entry *entry)
{
	return entry->state != VCS_FENCE_FENCED;
}

/**
 * vcs_fence_table_find() - look an entry up
 * @table: the table
 * @nodeid: which node
 * @incarnation: which life of it, exactly
 *
 * Return: the entry, valid until the table changes; NULL if there is none.
 */
struct vcs_fence_entry *vcs_fence_table_find(struct vcs_fence_table *table,
					     u32 nodeid, u64 incarnation)
{
	struct vcs_fence_entry *entry;

	for_each_entry(entry, table)
		if (entry->nodeid == nodeid &&
		    entry->incarnation == incarnation)
			return entry;
	return NULL;
}

/**
 * vcs_fence_table_latest() - the last unsettled life of a node
 * @table: the table
 * @nodeid: which node
 *
 * Return: the entry, valid until the table changes; NULL if all is settled.
 */
struct vcs_fence_entry *vcs_fence_table_latest(struct vcs_fence_table *table,
					       u32 nodeid)
{
	struct vcs_fence_entry *entry, *latest = NULL;

	for_each_entry(entry, table)
		if (entry->nodeid == nodeid && unsettled(entry))
			latest = entry;
	return latest;
}

/**
 * vcs_fence_table_claimed() - is somebody at any life of a node?
 * @table: the table
 * @nodeid: which node
 *
 * Return: whether a claim on it is under way.
 */
bool vcs_fence_table_claimed(const struct vcs_fence_table *table, u32 nodeid)
{
	const struct vcs_fence_entry *entry;

	for_each_entry(entry, table)
		if (entry->nodeid == nodeid &&
		    entry->state == VCS_FENCE_CLAIMED)
			return true;
	return false;
}

static void drop(struct vcs_fence_table *table, struct vcs_fence_entry *entry)
{
	size_t behind = table->entries + table->nr - (entry + 1);

	memmove(entry, entry + 1, behind * sizeof(*entry));
	table->nr--;
}

static struct vcs_fence_entry *oldest_settled(struct vcs_fence_table *table)
{
	struct vcs_fence_entry *entry;

	for_each_entry(entry, table)
		if (!unsettled(entry))
			return entry;
	return NULL;
}

/* Room for one more entry at the place that @order gives it. */
static struct vcs_fence_entry *insert(struct vcs_fence_table *table, u64 order)
{
	struct vcs_fence_entry *entry;

	if (table->nr == table->capacity) {
		entry = oldest_settled(table);
		if (!entry) {
			table->overflow = true;
			return NULL;
		}
		drop(table, entry);
	}
	entry = table->entries + table->nr;
	while (entry > table->entries && entry[-1].order > order) {
		entry[0] = entry[-1];
		entry--;
	}
	table->nr++;
	memset(entry, 0, sizeof(*entry));
	entry->order = order;
	return entry;
}

/**
 * vcs_fence_table_need() - a life of a node must be fenced
 * @table: the table
 * @nodeid: which node
 * @incarnation: which life of it; 0 every earlier one
 * @order: vcs_fence_order() of the event
 * @reason: for people
 *
 * Idempotent: an entry that is there already, in whatever state, stays.
 *
 * Return: the entry, valid until the table changes; NULL if there was no room,
 * and then nothing is settled any more.
 */
struct vcs_fence_entry *vcs_fence_table_need(struct vcs_fence_table *table,
					     u32 nodeid, u64 incarnation,
					     u64 order, const char *reason)
{
	struct vcs_fence_entry *entry;

	entry = vcs_fence_table_find(table, nodeid, incarnation);
	if (entry)
		return entry;
	entry = insert(table, order);
	if (!entry)
		return NULL;
	entry->nodeid = nodeid;
	entry->incarnation = incarnation;
	entry->state = VCS_FENCE_PENDING;
	entry->changed = true;
	strscpy(entry->reason, reason, sizeof(entry->reason));
	return entry;
}

/**
 * vcs_fence_table_claim() - a FENCE_CLAIM was delivered
 * @table: the table
 * @nodeid: the target
 * @incarnation: which life of it
 * @actor: who wants to do it
 * @actor_incarnation: which life of the actor
 *
 * The first one wins. Nobody fences a life of itself.
 *
 * Return: whether the claim was accepted.
 */
bool vcs_fence_table_claim(struct vcs_fence_table *table, u32 nodeid,
			   u64 incarnation, u32 actor, u64 actor_incarnation)
{
	struct vcs_fence_entry *entry;

	entry = vcs_fence_table_find(table, nodeid, incarnation);
	if (!entry || entry->state != VCS_FENCE_PENDING || actor == nodeid)
		return false;
	entry->state = VCS_FENCE_CLAIMED;
	entry->actor = actor;
	entry->actor_incarnation = actor_incarnation;
	entry->round++;
	entry->changed = true;
	return true;
}

static void end_claim(struct vcs_fence_entry *entry)
{
	entry->state = VCS_FENCE_PENDING;
	entry->actor = 0;
	entry->actor_incarnation = 0;
	entry->changed = true;
}

/**
 * vcs_fence_table_result() - a FENCE_RESULT was delivered
 * @table: the table
 * @nodeid: the target
 * @incarnation: which life of it
 * @round: the claim that the result belongs to
 * @from: who says so
 * @from_incarnation: which life of the speaker
 * @result: only VCS_FENCE_SUCCESS settles; anything else ends the claim
 * @method: what was used, for people
 *
 * Return: false if it does not come from the owner of the current claim, and
 * nothing has changed.
 */
bool vcs_fence_table_result(struct vcs_fence_table *table, u32 nodeid,
			    u64 incarnation, u32 round, u32 from,
			    u64 from_incarnation, enum vcs_fence_result result,
			    const char *method)
{
	struct vcs_fence_entry *entry;

	entry = vcs_fence_table_find(table, nodeid, incarnation);
	if (!entry || entry->state != VCS_FENCE_CLAIMED ||
	    entry->actor != from ||
	    entry->actor_incarnation != from_incarnation ||
	    entry->round != round)
		return false;
	if (result == VCS_FENCE_SUCCESS) {
		vcs_fence_table_settle(table, nodeid, incarnation, method);
	} else {
		entry->failed_actor = entry->actor;
		end_claim(entry);
	}
	return true;
}

static void settle(struct vcs_fence_entry *entry, const char *method)
{
	entry->state = VCS_FENCE_FENCED;
	strscpy(entry->method, method, sizeof(entry->method));
	entry->changed = true;
}

/**
 * vcs_fence_table_settle() - explicit success for a life of a node
 * @table: the table
 * @nodeid: which node
 * @incarnation: which life of it
 * @method: what was used, for people
 *
 * Settles that life, each one that became pending earlier, nothing later.
 *
 * Return: how many entries became settled.
 */
u32 vcs_fence_table_settle(struct vcs_fence_table *table, u32 nodeid,
			   u64 incarnation, const char *method)
{
	struct vcs_fence_entry *entry, *named;
	u32 nr = 0;

	named = vcs_fence_table_find(table, nodeid, incarnation);
	if (!named)
		return 0;
	for_each_entry(entry, table) {
		if (entry->nodeid != nodeid || !unsettled(entry) ||
		    entry->order > named->order)
			continue;
		settle(entry, method);
		nr++;
	}
	return nr;
}

static const struct vcs_member *member(const struct vcs_view *view, u32 nodeid)
{
	const struct vcs_member *m;

	vcs_view_for_each(m, view)
		if (m->nodeid == nodeid)
			return m;
	return NULL;
}

/**
 * vcs_fence_table_members() - what the members of a new view mean
 * @table: the table, with the departed of that view in it already
 * @view: the new view
 *
 * A claim dies with its owner's membership. A member that the provider proved
 * to be the only life of its nodeid that can do I/O settles all others.
 */
void vcs_fence_table_members(struct vcs_fence_table *table,
			     const struct vcs_view *view)
{
	struct vcs_fence_entry *entry;
	const struct vcs_member *m;

	for_each_entry(entry, table) {
		if (!unsettled(entry))
			continue;
		if (entry->state == VCS_FENCE_CLAIMED) {
			m = member(view, entry->actor);
			if (!m || m->incarnation != entry->actor_incarnation)
				end_claim(entry);
		}
		m = member(view, entry->nodeid);
		if (m && (m->flags & VCS_MEMBER_SETTLED) &&
		    m->incarnation != entry->incarnation)
			settle(entry, "rejoin");
	}
}

/**
 * vcs_fence_table_merge() - take over an entry of another node's table
 * @table: the table of a node that has just joined
 * @from: the entry as the oldest member has it
 *
 * What is settled here stays settled; otherwise the older member knows better.
 *
 * Return: false if there was no room.
 */
bool vcs_fence_table_merge(struct vcs_fence_table *table,
			   const struct vcs_fence_entry *from)
{
	struct vcs_fence_entry *entry;
	struct vcs_fence_entry merged = *from;

	entry = vcs_fence_table_find(table, from->nodeid, from->incarnation);
	if (entry) {
		if (!unsettled(entry)) {
			merged.state = VCS_FENCE_FENCED;
			memcpy(merged.method, entry->method,
			       sizeof(merged.method));
		}
		merged.local = entry->local;
		drop(table, entry);
	}
	entry = insert(table, from->order);
	if (!entry)
		return false;
	*entry = merged;
	entry->changed = true;
	return true;
}

/**
 * vcs_fence_table_trim() - keep the history of settled entries short
 * @table: the table
 */
void vcs_fence_table_trim(struct vcs_fence_table *table)
{
	struct vcs_fence_entry *entry;
	u32 settled = 0;

	for_each_entry(entry, table)
		settled += !unsettled(entry);
	for (; settled > VCS_FENCE_HISTORY; settled--)
		drop(table, oldest_settled(table));
}

/**
 * vcs_fence_table_settled() - is a life of a node harmless, and all before it?
 * @table: the table
 * @nodeid: which node
 * @incarnation: which life of it; need not be in the table
 *
 * A life that is not in the table never needed a fence, or was settled so long
 * ago that it left the history; it cannot be told which unsettled lives of its
 * nodeid came before it, so each of them counts.
 *
 * Return: true only if nothing of it is pending or claimed.
 */
bool vcs_fence_table_settled(struct vcs_fence_table *table, u32 nodeid,
			     u64 incarnation)
{
	struct vcs_fence_entry *entry, *named;
	u64 order = U64_MAX;

	if (table->overflow)
		return false;
	named = vcs_fence_table_find(table, nodeid, incarnation);
	if (named)
		order = named->order;
	for_each_entry(entry, table)
		if (entry->nodeid == nodeid && unsettled(entry) &&
		    entry->order <= order)
			return false;
	return true;
}

/**
 * vcs_fence_table_next_changed() - walk through what was changed
 * @table: the table
 *
 * Return: an entry changed since it was last returned, NULL if there is none.
 */
struct vcs_fence_entry *
vcs_fence_table_next_changed(struct vcs_fence_table *table)
{
	struct vcs_fence_entry *entry;

	for_each_entry(entry, table) {
		if (!entry->changed)
			continue;
		entry->changed = false;
		return entry;
	}
	return NULL;
}

/* Lower is better. A member that is to be fenced itself is the last resort. */
static u64 fitness(struct vcs_fence_table *table,
		   const struct vcs_fence_entry *entry,
		   const struct vcs_member *m)
{
	struct vcs_fence_entry *own;
	u64 value = m->nodeid;

	if (m->nodeid == entry->failed_actor)
		value |= BIT_ULL(32);
	own = vcs_fence_table_find(table, m->nodeid, m->incarnation);
	if (own && unsettled(own))
		value |= BIT_ULL(33);
	return value;
}

/**
 * vcs_fence_rank() - the place of this node among those who may act
 * @table: the table
 * @entry: what is to be done
 * @view: the current view
 * @suspects: bit per index in @view->members; NULL for none
 * @local: this node
 *
 * Never the target, never a suspected node; whoever failed last comes behind
 * the others. Each node computes it for itself, so two may come to claim: the
 * agreed order of records decides between them.
 *
 * Return: how many go first; -1 if this node may not act.
 */
int vcs_fence_rank(struct vcs_fence_table *table,
		   const struct vcs_fence_entry *entry,
		   const struct vcs_view *view, const unsigned long *suspects,
		   u32 local)
{
	const struct vcs_member *m, *self = member(view, local);
	u64 own;
	int rank = 0;

	if (!self || local == entry->nodeid ||
	    (suspects && test_bit(self - view->members, suspects)))
		return -1;
	own = fitness(table, entry, self);
	vcs_view_for_each(m, view) {
		if (m->nodeid == entry->nodeid ||
		    (suspects && test_bit(m - view->members, suspects)))
			continue;
		rank += fitness(table, entry, m) < own;
	}
	return rank;
}
