/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A provider without a network and listeners that write down what they are
 * told: what the suites of the core stand on. One cluster at a time.
 */
#ifndef _VCS_TEST_FAKE_H
#define _VCS_TEST_FAKE_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/vcs_provider.h>

struct kunit;

#define FAKE_CLUSTER	"kunit"
#define FAKE_PROVIDER	"kunit-fake"
#define FAKE_MEMBERS	8

/* The provider; records come back to the only node in the order of submit. */
struct fake {
	struct vcs_cluster *cluster;	/* from join to leave */
	struct vcs_lifetime lifetime;
	u64 generation;			/* of the last view published */
	struct vcs_member members[FAKE_MEMBERS];
	u32 nr_members;
	struct vcs_departed departed[FAKE_MEMBERS];
	u32 nr_departed;
	u64 last_incarnation;

	int join_error;
	unsigned int join_ms;		/* how long a join takes */
	struct completion *hold_join;	/* join() waits for it, upcalls may come */
	bool hold_records;		/* submitted ones wait */
	struct completion *hold_leave;	/* leave() waits for it */
	unsigned int joins, leaves;
	enum vcs_leave_how how;
	char options[64];
	u8 key[VCS_KEY_LEN];
	bool has_key;
	unsigned int shows;
	struct completion *hold_show;	/* show() waits for it */
	struct completion in_show;
	bool show_after_leave;
	unsigned int cancels;		/* of attempts of fake_method */

	spinlock_t lock;		/* records */
	struct list_head records;
	struct work_struct deliver;
};

extern struct fake fake;

int fake_provider_register(void);
int fake_provider_register_with(u32 features);
void fake_provider_unregister(void);
/* Adds, takes away, publishes the next generation. */
void fake_add(u32 nodeid);
void fake_add_settled(u32 nodeid);
void fake_remove(u32 nodeid, enum vcs_leave_reason reason);
int fake_publish(void);
/* Does not wait for memory; after -ENOMEM the same view is the next again. */
int fake_publish_why(const char **why);
int fake_quorate(bool quorate);
/* Publishes and says quorate. */
void fake_step(struct kunit *test);
void fake_release_records(void);
/* Is the provider's leave called in this time? */
bool fake_left_within(unsigned int ms);

/* Until the provider's join was called; JOINING is seen before that. */
void fake_await_join(struct kunit *test);
/* A cluster that the fake runs, held; joined, with the local node 1 alone. */
struct vcs_cluster *fake_member(struct kunit *test, const char *options);
struct vcs_cluster *fake_joining(struct kunit *test, const char *options);
/* Leaves, by force, and waits for the end; puts the reference. */
void fake_end(struct kunit *test, struct vcs_cluster *cluster);
void fake_await_state(struct kunit *test, struct vcs_cluster *cluster,
		      enum vcs_cluster_state state);

/*
 * From here on, so many percent of the allocations of tasks with make_it_fail
 * fail, where the kernel can do that (CONFIG_FAILSLAB).
 */
void fake_failslab(struct kunit *test, unsigned int percent);

/* Waits until the newest entry of the decision log says this. */
void fake_expect_log(struct kunit *test, struct vcs_cluster *cluster,
		     enum vcs_log_code code, const char *text);

/* Until every event of what has happened so far was sent. */
void fake_await_events(struct vcs_cluster *cluster);

/* What listeners were told, in the order of the calls. */
struct saying {
	spinlock_t lock;		/* text */
	char text[256];
};

/*
 * A listener. What it is told is appended to @said, as "stop;",
 * "start 3 +2 -4 !5;" (generation, joined, left, failed), "finish 3;",
 * "evicted;", "gone;", "release;"; with its name before when it shares @said
 * with others.
 */
struct seat {
	struct vcs_listener listener;
	struct vcs_listener_ops ops;
	int stop_answer, start_answer;
	bool unregister_in_stop, unregister_in_evicted;
	struct completion *hold_start;	/* start() waits for it */
	struct completion in_start;
	struct saying *said, own;
};

void seat_init(struct seat *seat, const char *name, enum vcs_level level,
	       u32 flags);
/* From here on @seat says what it is told to @with's log, under its name. */
void seat_share(struct seat *seat, struct seat *with);
void seat_register(struct kunit *test, struct vcs_cluster *cluster,
		   struct seat *seat);
/* Waits for these words, and that no more come; forgets them. */
void seat_expect(struct kunit *test, struct seat *seat, const char *words);

/* A way to fence that answers when the test wants it: "kunit". */
extern struct vcs_fence_method fake_method;
struct vcs_fence_request *fake_method_await(struct kunit *test);

#endif /* _VCS_TEST_FAKE_H */
