/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cluster in one kernel, for tests of fencing: the real table, actor, jobs,
 * state transfer and outbox of some nodes, a provider that delivers records to
 * all of them in one order when the test says so, and agents that do what the
 * test wants.
 */
#ifndef _FENCING_WORLD_H
#define _FENCING_WORLD_H

#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/wait.h>

#include "vcs/cluster.h"
#include "vcs/fence.h"
#include "vcs/fence_priv.h"
#include "vcs/sync.h"

#define WORLD_NODES	5
#define N1	BIT(1)
#define N2	BIT(2)
#define N3	BIT(3)
#define N4	BIT(4)
#define N5	BIT(5)
#define WORLD_LIFE(nodeid)	((nodeid) * 16 + 10)

enum agent {
	AGENT_SUCCESS,
	AGENT_FAILS,
	AGENT_GARBAGE,		/* a result out of range */
	AGENT_HANGS,		/* until the test answers, or the time is over */
	AGENT_NONE,
};

struct world_node {
	struct world *world;
	struct vcs_cluster cluster;
	struct vcs_view *view;
	u32 nodeid;
	u64 joined_generation;
	bool alive;
	bool settled;		/* VCS_MEMBER_SETTLED in the next view */
	bool refuses_records;	/* submit: -EAGAIN */

	enum agent agent;
	spinlock_t lock;	/* the rest */
	struct vcs_fence_request *attempt;
	u32 begun;
	u32 cancelled;
	u32 last_target;

	u32 asks_again;		/* so often, from fenced(); then the agent succeeds */
	u32 answers;		/* of fenced() */
	u64 last_cookie;
	enum vcs_fence_result last_result;
};

struct world {
	struct kunit *test;
	struct world_node nodes[WORLD_NODES];
	u64 generation;
	u32 members;		/* bit per index */
	struct list_head wire;
	spinlock_t lock;	/* wire */
	u32 sent;
	u32 lost;
	u32 delivered;
	u64 news;
	wait_queue_head_t changed;
};

extern bool world_in_callback;	/* of a listener, for the code under test */

/* A test's init and exit; the world is test->priv. */
int world_init(struct kunit *test);
void world_exit(struct kunit *test);
struct world_node *world_node(struct world *world, u32 nodeid);

/* Members are bits: 1 << nodeid. Who is gone has @reason. */
void world_view(struct world *world, u32 members, enum vcs_leave_reason reason);
void world_absent(struct world *world, u32 members, u32 absent);
void world_quorate(struct world *world, bool quorate);
void world_pump(struct world *world);
void world_crash(struct world *world, u32 nodeid);
void world_answer(struct world_node *node, enum vcs_fence_result result);

bool world_synced(struct world *world);
bool world_settled(struct world *world, u32 nodeid, u64 incarnation);
bool world_closed(struct world *world, u32 nodeid, u64 incarnation);
u32 world_begun(struct world *world);
/* How many lines of the decision log have these words. */
u32 world_logged(struct vcs_cluster *cluster, const char *words);
u32 world_actor(struct world *world, u32 target);
void world_expect_same(struct world *world);

/* Delivers what is sent until @condition holds, up to half a minute. */
#define world_until(world, condition)					\
({									\
	unsigned long __end = jiffies + 30 * HZ;			\
	bool __ok;							\
	u64 __news;							\
									\
	for (;;) {							\
		__news = READ_ONCE((world)->news);			\
		world_pump(world);					\
		__ok = (condition);					\
		if (__ok || time_after(jiffies, __end))			\
			break;						\
		wait_event_timeout((world)->changed,			\
				   READ_ONCE((world)->news) != __news,	\
				   HZ / 50 + 1);			\
	}								\
	__ok;								\
})

#define EXPECT_UNTIL(world, condition)					\
	KUNIT_EXPECT_TRUE_MSG((world)->test, world_until(world, condition), \
			      "in vain: %s", #condition)

/* The next view has these members, nobody failed, and all know all. */
static inline void form(struct world *world, u32 members)
{
	world_view(world, members, VCS_LEAVE_CLEAN);
	EXPECT_UNTIL(world, world_synced(world));
}

/* The first life of a node, on all members. */
static inline bool settled(struct world *world, u32 nodeid)
{
	return world_settled(world, nodeid, WORLD_LIFE(nodeid));
}

static inline bool closed(struct world *world, u32 nodeid)
{
	return world_closed(world, nodeid, WORLD_LIFE(nodeid));
}

static inline void all_agents(struct world *world, enum agent agent)
{
	u32 nodeid;

	for (nodeid = 1; nodeid <= WORLD_NODES; nodeid++)
		world_node(world, nodeid)->agent = agent;
}

#endif /* _FENCING_WORLD_H */
