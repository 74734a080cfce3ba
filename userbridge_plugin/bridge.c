// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a bridge, and what becomes of it when its daemon is lost. Locking
 * is told in bridge.h.
 *
 * The release of a socket only marks the loss, for it runs in the way of a
 * process that exits; the core is told by the tick work, or by the next claim,
 * whichever comes first. The tick is armed for the next deadline of the state,
 * and its messages are of no concern to memory reclaim but its progress is.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <net/sock.h>

#include "bridge.h"

#define DEFAULT_GRACE_S	10
#define GRACE_MAX_S	3600
#define LEAVE_TIMEOUT_MS 1800
#define RETIRE_TIMEOUT_MS 1000

static DEFINE_MUTEX(bridges_lock);
static LIST_HEAD(bridges);
static atomic_t nr_retiring;
static DECLARE_WAIT_QUEUE_HEAD(retired);

u64 ub_now_ms(void)
{
	return ktime_to_ms(ktime_get_boottime());
}

static void bridge_free(struct kref *ref)
{
	struct ub_bridge *bridge = container_of(ref, struct ub_bridge, ref);

	kfree(bridge->options);
	kvfree(bridge->stored);
	mutex_destroy(&bridge->order);
	mutex_destroy(&bridge->lock);
	kvfree(bridge);
}

void ub_bridge_put(struct ub_bridge *bridge)
{
	kref_put(&bridge->ref, bridge_free);
}

struct ub_bridge *ub_bridge_get(struct net *net, const char *cluster)
{
	struct ub_bridge *bridge, *found = NULL;

	mutex_lock(&bridges_lock);
	list_for_each_entry(bridge, &bridges, node)
		if (net_eq(bridge->net, net) &&
		    !strcmp(vcs_cluster_name(bridge->cluster), cluster))
			found = bridge;
	if (found)
		kref_get(&found->ref);
	mutex_unlock(&bridges_lock);
	return found;
}

struct ub_bridge *ub_bridge_nth(struct net *net, unsigned int skip)
{
	struct ub_bridge *bridge, *found = NULL;

	mutex_lock(&bridges_lock);
	list_for_each_entry(bridge, &bridges, node) {
		if (!net_eq(bridge->net, net) || skip--)
			continue;
		found = bridge;
		kref_get(&found->ref);
		break;
	}
	mutex_unlock(&bridges_lock);
	return found;
}

void ub_bridge_rearm_locked(struct ub_bridge *bridge)
{
	u64 next, now = ub_now_ms();

	lockdep_assert_held(&bridge->lock);
	next = bridge->lost ? now : ub_next_tick(&bridge->state);
	if (next == U64_MAX)
		return;
	mod_delayed_work(ub_wq, &bridge->tick,
			 next > now ? msecs_to_jiffies(next - now) + 1 : 0);
}

void ub_bridge_drop_locked(struct ub_bridge *bridge, const char *why)
{
	struct sock *sk = bridge->sk;

	lockdep_assert_held(&bridge->lock);
	if (!sk)
		return;
	bridge->sk = NULL;
	bridge->portid = 0;
	if (ub_drop_owner(&bridge->state, ub_now_ms()))
		bridge->lost = why;
	/* Nobody is there to say that the others know. */
	if (ub_oldest(&bridge->state, VCS_UB_CMD_LEAVE))
		complete_all(&bridge->left);
	vcs_log(bridge->cluster, VCS_LOG_PROVIDER, 0, 0, "%s", why);
	sock_put(sk);
}

static void tell_lost(struct ub_bridge *bridge, const char *why)
{
	char reason[VCS_REASON_MAX + 1];

	snprintf(reason, sizeof(reason), "%s; not quorate in %u s without one",
		 why, bridge->state.grace_ms / 1000);
	vcs_provider_lost(bridge->cluster, reason);
}

static void tell_grace_over(struct ub_bridge *bridge)
{
	struct vcs_lifetime lifetime;
	u64 generation;

	mutex_lock(&bridge->lock);
	lifetime = bridge->state.lifetime;
	generation = bridge->state.generation;
	mutex_unlock(&bridge->lock);
	vcs_set_quorate(bridge->cluster, &lifetime, generation, false,
			"no daemon within the grace period");
}

void ub_bridge_settle(struct ub_bridge *bridge)
{
	unsigned int what;
	const char *lost;

	lockdep_assert_held(&bridge->order);
	mutex_lock(&bridge->lock);
	what = ub_tick(&bridge->state, ub_now_ms());
	if (what & UB_STALLED) {
		ub_bridge_drop_locked(bridge, "the daemon was silent too long");
		/* Noticed so late that the grace period is over as well? */
		what |= ub_tick(&bridge->state, ub_now_ms());
	}
	lost = bridge->lost;
	bridge->lost = NULL;
	mutex_unlock(&bridge->lock);
	if (lost)
		tell_lost(bridge, lost);
	if (what & UB_GRACE_OVER)
		tell_grace_over(bridge);
}

static void tick_work(struct work_struct *work)
{
	struct ub_bridge *bridge = container_of(to_delayed_work(work),
						struct ub_bridge, tick);

	mutex_lock(&bridge->order);
	if (!bridge->dead) {
		ub_bridge_settle(bridge);
		mutex_lock(&bridge->lock);
		ub_bridge_rearm_locked(bridge);
		mutex_unlock(&bridge->lock);
	}
	mutex_unlock(&bridge->order);
}

void ub_bridges_release(struct net *net)
{
	struct ub_bridge *bridge;

	mutex_lock(&bridges_lock);
	list_for_each_entry(bridge, &bridges, node) {
		if (!net_eq(bridge->net, net))
			continue;
		mutex_lock(&bridge->lock);
		if (bridge->sk && sock_flag(bridge->sk, SOCK_DEAD)) {
			ub_bridge_drop_locked(bridge, "the daemon has gone");
			ub_bridge_rearm_locked(bridge);
		}
		mutex_unlock(&bridge->lock);
	}
	mutex_unlock(&bridges_lock);
}

bool ub_bridges_stateful(void)
{
	struct ub_bridge *bridge;
	bool stateful = false;

	mutex_lock(&bridges_lock);
	list_for_each_entry(bridge, &bridges, node) {
		if (!vcs_cluster_is_stateful(bridge->cluster))
			continue;
		stateful = true;
		pr_warn_ratelimited("%s is in use: no suspend, no restore\n",
				    vcs_cluster_name(bridge->cluster));
	}
	mutex_unlock(&bridges_lock);
	return stateful;
}

/*
 * Processes run until the machine stops: where nobody's I/O is at stake, the
 * daemon can say goodbye. Elsewhere the others have to see this node fail.
 */
void ub_bridges_retire(void)
{
	struct ub_bridge *bridge;

	mutex_lock(&bridges_lock);
	list_for_each_entry(bridge, &bridges, node) {
		if (bridge->retiring || vcs_retire_cluster(bridge->cluster))
			continue;
		bridge->retiring = true;
		atomic_inc(&nr_retiring);
	}
	mutex_unlock(&bridges_lock);
	wait_event_timeout(retired, !atomic_read(&nr_retiring),
			   msecs_to_jiffies(RETIRE_TIMEOUT_MS));
}

/* Takes grace= out of @options; the rest is the daemon's. */
static int take_options(struct ub_bridge *bridge, const char *options,
			u32 *grace_ms)
{
	char *copy, *left, *word, *end;
	u32 seconds = DEFAULT_GRACE_S;
	int err = 0;

	copy = kstrdup(options, GFP_KERNEL);
	bridge->options = kzalloc(strlen(options) + 1, GFP_KERNEL);
	if (!copy || !bridge->options) {
		kfree(copy);
		return -ENOMEM;
	}
	end = bridge->options;
	left = copy;
	while (!err && (word = strsep(&left, ","))) {
		if (!strncmp(word, "grace=", 6))
			err = kstrtou32(word + 6, 10, &seconds);
		else
			end += sprintf(end, "%s%s",
				       end == bridge->options ? "" : ",", word);
	}
	kfree(copy);
	if (err || !seconds || seconds > GRACE_MAX_S)
		return -EINVAL;
	*grace_ms = seconds * 1000;
	return 0;
}

static struct ub_bridge *bridge_new(struct vcs_cluster *cluster)
{
	struct ub_bridge *bridge = kvzalloc(sizeof(*bridge), GFP_KERNEL);

	if (!bridge)
		return NULL;
	bridge->stored = kvzalloc(VCS_UB_STATE_MAX, GFP_KERNEL);
	if (!bridge->stored) {
		kvfree(bridge);
		return NULL;
	}
	kref_init(&bridge->ref);
	bridge->cluster = cluster;
	bridge->net = vcs_cluster_net(cluster);
	mutex_init(&bridge->order);
	mutex_init(&bridge->lock);
	INIT_DELAYED_WORK(&bridge->tick, tick_work);
	init_completion(&bridge->left);
	return bridge;
}

int ub_bridge_start(struct vcs_cluster *cluster, const char *options)
{
	struct ub_bridge *bridge = bridge_new(cluster);
	u32 grace_ms;
	int err;

	if (!bridge)
		return -ENOMEM;
	err = take_options(bridge, options, &grace_ms);
	if (err) {
		if (err == -EINVAL)
			vcs_join_failed(cluster, err,
					"grace= wants seconds, 1 to 3600");
		ub_bridge_put(bridge);
		return err;
	}
	ub_init(&bridge->state, grace_ms);
	ub_ask(&bridge->state, VCS_UB_CMD_JOIN, 0);
	vcs_set_provider_data(cluster, bridge);
	mutex_lock(&bridges_lock);
	list_add_tail(&bridge->node, &bridges);
	mutex_unlock(&bridges_lock);
	return 0;
}

/* Asks the daemon to go, and waits a moment if there is something to wait for. */
static void say_leave(struct ub_bridge *bridge, enum vcs_leave_how how)
{
	bool wait;

	mutex_lock(&bridge->lock);
	ub_forget(&bridge->state, VCS_UB_CMD_JOIN);
	ub_forget(&bridge->state, VCS_UB_CMD_SUBMIT);
	ub_ask(&bridge->state, VCS_UB_CMD_LEAVE, how == VCS_LEAVE_HOW_CLEAN ?
	       VCS_UB_HOW_CLEAN : VCS_UB_HOW_FAIL);
	ub_flush_locked(bridge);
	wait = bridge->sk && how == VCS_LEAVE_HOW_CLEAN;
	mutex_unlock(&bridge->lock);
	if (wait)
		wait_for_completion_timeout(&bridge->left,
					    msecs_to_jiffies(LEAVE_TIMEOUT_MS));
}

void ub_bridge_stop(struct ub_bridge *bridge, enum vcs_leave_how how)
{
	bool retiring;

	say_leave(bridge, how);
	mutex_lock(&bridges_lock);
	list_del(&bridge->node);
	retiring = bridge->retiring;
	mutex_unlock(&bridges_lock);

	/* The message under way, if any, is the last. */
	mutex_lock(&bridge->order);
	mutex_lock(&bridge->lock);
	bridge->dead = true;
	ub_bridge_drop_locked(bridge, "left");
	mutex_unlock(&bridge->lock);
	mutex_unlock(&bridge->order);
	cancel_delayed_work_sync(&bridge->tick);
	vcs_set_provider_data(bridge->cluster, NULL);
	ub_bridge_put(bridge);
	if (retiring && atomic_dec_and_test(&nr_retiring))
		wake_up_all(&retired);
}
