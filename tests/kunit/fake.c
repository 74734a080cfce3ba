// SPDX-License-Identifier: GPL-2.0-only
/* See fake.h. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/umh.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <linux/vcs.h>

#include "fake.h"
#include "vcs/cluster.h"

#define PATIENCE_MS	5000
/* Idle time is free in the guest's time, so this only waits for work. */
#define SETTLE_MS	50

struct fake fake;

struct record {
	struct list_head list;
	size_t len;
	u8 data[];
};

static struct record *next_record(void)
{
	struct record *record = NULL;

	spin_lock(&fake.lock);
	if (!fake.hold_records && !list_empty(&fake.records)) {
		record = list_first_entry(&fake.records, struct record, list);
		list_del(&record->list);
	}
	spin_unlock(&fake.lock);
	return record;
}

static void deliver_work(struct work_struct *work)
{
	struct record *record;

	while ((record = next_record())) {
		vcs_deliver_record(fake.cluster, &fake.lifetime,
				   fake.generation, fake.members[0].nodeid,
				   record->data, record->len);
		kfree(record);
	}
}

void fake_release_records(void)
{
	fake.hold_records = false;
	schedule_work(&fake.deliver);
}

static int fake_join(struct vcs_cluster *cluster,
		     const struct vcs_join_args *args)
{
	fake.joins++;
	msleep(fake.join_ms);
	strscpy(fake.options, args->options, sizeof(fake.options));
	fake.has_key = args->key;
	if (args->key)
		memcpy(fake.key, args->key, sizeof(fake.key));
	vcs_set_provider_data(cluster, &fake);
	if (fake.hold_join) {
		WRITE_ONCE(fake.cluster, cluster);
		wait_for_completion(fake.hold_join);
	}
	WRITE_ONCE(fake.cluster, fake.join_error ? NULL : cluster);
	return fake.join_error;
}

static void drop_records(void)
{
	struct record *record;

	cancel_work_sync(&fake.deliver);
	fake.hold_records = false;
	while ((record = next_record()))
		kfree(record);
}

static void fake_leave(struct vcs_cluster *cluster, enum vcs_leave_how how)
{
	fake.leaves++;
	fake.how = how;
	if (fake.hold_leave)
		wait_for_completion(fake.hold_leave);
	drop_records();
	fake.cluster = NULL;
}

static int fake_submit(struct vcs_cluster *cluster, const void *data,
		       size_t len)
{
	struct record *record = kmalloc(sizeof(*record) + len, GFP_KERNEL);

	if (!record)
		return -EAGAIN;
	record->len = len;
	memcpy(record->data, data, len);
	spin_lock(&fake.lock);
	list_add_tail(&record->list, &fake.records);
	spin_unlock(&fake.lock);
	schedule_work(&fake.deliver);
	return 0;
}

static void fake_show(struct vcs_cluster *cluster, struct seq_file *seq)
{
	fake.shows++;
	seq_printf(seq, "generation: %llu\n", fake.generation);
	complete(&fake.in_show);
	if (fake.hold_show)
		wait_for_completion(fake.hold_show);
	fake.show_after_leave = fake.leaves;
}

bool fake_left_within(unsigned int ms)
{
	for (; ms && !READ_ONCE(fake.leaves); ms--)
		usleep_range(900, 1100);
	return fake.leaves;
}

static const struct vcs_provider_ops fake_ops = {
	.join = fake_join,
	.leave = fake_leave,
	.submit = fake_submit,
	.show = fake_show,
};

static struct vcs_provider fake_provider = {
	.name = FAKE_PROVIDER,
	.api = VCS_PROVIDER_API,
	.size = sizeof(struct vcs_provider_ops),
	.ops = &fake_ops,
};

int fake_provider_register_with(u32 features)
{
	memset(&fake, 0, sizeof(fake));
	spin_lock_init(&fake.lock);
	init_completion(&fake.in_show);
	INIT_LIST_HEAD(&fake.records);
	INIT_WORK(&fake.deliver, deliver_work);
	fake_provider.features = features;
	return vcs_register_provider(&fake_provider);
}

int fake_provider_register(void)
{
	return fake_provider_register_with(VCS_FEATURE_RECORDS);
}

void fake_provider_unregister(void)
{
	vcs_unregister_provider(&fake_provider);
	drop_records();
}

static void add(u32 nodeid, u64 incarnation, u32 flags)
{
	u32 i = fake.nr_members++;

	for (; i && fake.members[i - 1].nodeid > nodeid; i--)
		fake.members[i] = fake.members[i - 1];
	fake.members[i] = (struct vcs_member) {
		.incarnation = incarnation,
		.joined_generation = fake.generation + 1,
		.nodeid = nodeid,
		.votes = 1,
		.flags = flags,
	};
}

void fake_add(u32 nodeid)
{
	add(nodeid, nodeid == 1 ? vcs_cluster_incarnation(fake.cluster) :
		    ++fake.last_incarnation, 0);
}

void fake_add_settled(u32 nodeid)
{
	add(nodeid, ++fake.last_incarnation, VCS_MEMBER_SETTLED);
}

void fake_remove(u32 nodeid, enum vcs_leave_reason reason)
{
	u32 i;

	for (i = 0; fake.members[i].nodeid != nodeid; i++)
		;
	fake.departed[fake.nr_departed++] = (struct vcs_departed) {
		.incarnation = fake.members[i].incarnation,
		.nodeid = nodeid,
		.reason = reason,
	};
	fake.nr_members--;
	memmove(&fake.members[i], &fake.members[i + 1],
		(fake.nr_members - i) * sizeof(fake.members[0]));
}

static void next_view(struct vcs_view_update *update)
{
	*update = (struct vcs_view_update) {
		.lifetime = fake.lifetime,
		.generation = fake.generation + 1,
		.expected_votes = FAKE_MEMBERS,
		.quorum = 1,
		.members = fake.members,
		.departed = fake.departed,
		.nr_members = fake.nr_members,
		.nr_departed = fake.nr_departed,
	};
}

int fake_publish(void)
{
	struct vcs_view_update update;

	next_view(&update);
	fake.generation++;
	fake.nr_departed = 0;
	return vcs_publish_view(fake.cluster, &update);
}

int fake_publish_why(const char **why)
{
	struct vcs_view_update update;
	int err;

	next_view(&update);
	err = vcs_publish_view_why(fake.cluster, &update, why);
	if (err != -ENOMEM) {
		fake.generation++;
		fake.nr_departed = 0;
	}
	return err;
}

int fake_quorate(bool quorate)
{
	return vcs_set_quorate(fake.cluster, &fake.lifetime, fake.generation,
			       quorate, "test");
}

void fake_step(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, fake_publish(), 0);
	KUNIT_ASSERT_EQ(test, fake_quorate(true), 0);
}

void fake_await_state(struct kunit *test, struct vcs_cluster *cluster,
		      enum vcs_cluster_state state)
{
	int ms;

	for (ms = 0; ms < PATIENCE_MS; ms++) {
		if (READ_ONCE(cluster->state) == state)
			return;
		usleep_range(900, 1100);
	}
	KUNIT_FAIL(test, "state %d instead of %d", cluster->state, state);
}

void fake_await_join(struct kunit *test)
{
	int ms;

	for (ms = 0; ms < PATIENCE_MS && !READ_ONCE(fake.cluster); ms++)
		usleep_range(900, 1100);
	KUNIT_ASSERT_NOT_NULL(test, fake.cluster);
}

struct vcs_cluster *fake_joining(struct kunit *test, const char *options)
{
	struct vcs_cluster *cluster;

	KUNIT_ASSERT_EQ(test, 0, vcs_join_cluster(&init_net, FAKE_CLUSTER,
						  FAKE_PROVIDER, options,
						  NULL));
	cluster = vcs_cluster_get(&init_net, FAKE_CLUSTER);
	KUNIT_ASSERT_NOT_NULL(test, cluster);
	fake_await_join(test);
	return cluster;
}

struct vcs_cluster *fake_member(struct kunit *test, const char *options)
{
	struct vcs_cluster *cluster = fake_joining(test, options);

	fake_add(1);
	fake_step(test);
	return cluster;
}

void fake_end(struct kunit *test, struct vcs_cluster *cluster)
{
	vcs_cluster_leave(cluster, true);
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	vcs_cluster_put(cluster);
}

/* Debugfs can be written to by user space only. */
void fake_failslab(struct kunit *test, unsigned int percent)
{
	char script[256];
	char *argv[5] = { "/bin/busybox", "sh", "-ec", script, NULL };
	char *envp[2] = { "PATH=/bin", NULL };

	scnprintf(script, sizeof(script),
		  "cd /sys/kernel/debug/failslab; echo Y >task-filter; echo N >ignore-gfp-wait; echo 0 >verbose; echo -1 >times; echo %u >probability",
		  percent);
	KUNIT_ASSERT_EQ(test, 0, call_usermodehelper(argv[0], argv, envp,
						     UMH_WAIT_PROC));
}

static void newest_entry(struct vcs_cluster *cluster,
			 struct vcs_log_entry *entry)
{
	struct vcs_log_ring *ring = &cluster->log;

	spin_lock_irq(&ring->lock);
	*entry = ring->entries[(ring->next - 1) % VCS_LOG_ENTRIES];
	spin_unlock_irq(&ring->lock);
}

void fake_expect_log(struct kunit *test, struct vcs_cluster *cluster,
		     enum vcs_log_code code, const char *text)
{
	struct vcs_log_entry *entry;
	int ms;

	entry = kunit_kzalloc(test, sizeof(*entry), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	for (ms = 0; ms < PATIENCE_MS; ms++) {
		newest_entry(cluster, entry);
		if (entry->code == code && !strcmp(entry->text, text))
			break;
		usleep_range(900, 1100);
	}
	KUNIT_EXPECT_EQ_MSG(test, entry->code, code, "%s", entry->text);
	KUNIT_EXPECT_STREQ(test, entry->text, text);
}

/* Some are sent where things happen, the others by this work. */
void fake_await_events(struct vcs_cluster *cluster)
{
	flush_work(&cluster->notify.work);
}

static void say(struct seat *seat, const char *words)
{
	struct saying *said = seat->said;
	size_t len;

	spin_lock(&said->lock);
	len = strlen(said->text);
	scnprintf(said->text + len, sizeof(said->text) - len, "%s%s%s;",
		  said == &seat->own ? "" : seat->listener.name,
		  said == &seat->own ? "" : ".", words);
	spin_unlock(&said->lock);
}

static struct seat *to_seat(struct vcs_listener *listener)
{
	return container_of(listener, struct seat, listener);
}

static int seat_stop(struct vcs_listener *listener)
{
	struct seat *seat = to_seat(listener);

	say(seat, "stop");
	if (seat->unregister_in_stop)
		vcs_unregister_listener(listener);
	return seat->stop_answer;
}

static int seat_start(struct vcs_listener *listener,
		      const struct vcs_change *change)
{
	struct seat *seat = to_seat(listener);
	char words[128];
	int len;
	u32 i;

	len = scnprintf(words, sizeof(words), "start %llu",
			change->view->generation);
	for (i = 0; i < change->nr_joined; i++)
		len += scnprintf(words + len, sizeof(words) - len, " +%u",
				 change->joined[i].nodeid);
	for (i = 0; i < change->nr_left; i++)
		len += scnprintf(words + len, sizeof(words) - len, " -%u",
				 change->left[i].nodeid);
	for (i = 0; i < change->nr_failed; i++)
		len += scnprintf(words + len, sizeof(words) - len, " !%u",
				 change->failed[i].nodeid);
	say(seat, words);
	complete(&seat->in_start);
	if (seat->hold_start)
		wait_for_completion(seat->hold_start);
	return seat->start_answer;
}

static void seat_finish(struct vcs_listener *listener, u64 generation)
{
	char words[32];

	scnprintf(words, sizeof(words), "finish %llu", generation);
	say(to_seat(listener), words);
}

static void seat_evicted(struct vcs_listener *listener)
{
	struct seat *seat = to_seat(listener);

	say(seat, "evicted");
	if (seat->unregister_in_evicted)
		vcs_unregister_listener(listener);
}

static void seat_gone(struct vcs_listener *listener)
{
	say(to_seat(listener), "gone");
}

static void seat_release(struct vcs_listener *listener)
{
	say(to_seat(listener), "release");
}

void seat_init(struct seat *seat, const char *name, enum vcs_level level,
	       u32 flags)
{
	memset(seat, 0, sizeof(*seat));
	spin_lock_init(&seat->own.lock);
	seat->said = &seat->own;
	init_completion(&seat->in_start);
	seat->ops = (struct vcs_listener_ops) {
		.stop = seat_stop,
		.start = seat_start,
		.finish = seat_finish,
		.evicted = seat_evicted,
		.gone = seat_gone,
		.release = seat_release,
	};
	seat->listener = (struct vcs_listener) {
		.name = name,
		.level = level,
		.flags = flags,
		.owner = THIS_MODULE,
		.ops = &seat->ops,
	};
}

void seat_share(struct seat *seat, struct seat *with)
{
	seat->said = &with->own;
}

void seat_register(struct kunit *test, struct vcs_cluster *cluster,
		   struct seat *seat)
{
	KUNIT_ASSERT_EQ(test, 0,
			vcs_register_listener(cluster, &seat->listener));
}

static bool said(struct saying *saying, const char *words)
{
	bool equal;

	spin_lock(&saying->lock);
	equal = !strcmp(saying->text, words);
	spin_unlock(&saying->lock);
	return equal;
}

void seat_expect(struct kunit *test, struct seat *seat, const char *words)
{
	struct saying *saying = seat->said;
	int ms;

	for (ms = 0; ms < PATIENCE_MS && !said(saying, words); ms++)
		usleep_range(900, 1100);
	msleep(SETTLE_MS);
	KUNIT_EXPECT_STREQ(test, saying->text, words);
	spin_lock(&saying->lock);
	saying->text[0] = '\0';
	spin_unlock(&saying->lock);
}

static struct vcs_fence_request *begun;

static int fake_method_begin(struct vcs_fence_request *request)
{
	WRITE_ONCE(begun, request);
	return 0;
}

static void fake_method_cancel(struct vcs_fence_request *request)
{
	fake.cancels++;
	WRITE_ONCE(begun, NULL);
}

struct vcs_fence_method fake_method = {
	.name = "kunit",
	.api = VCS_PROVIDER_API,
	.size = sizeof(struct vcs_fence_method),
	.begin = fake_method_begin,
	.cancel = fake_method_cancel,
};

struct vcs_fence_request *fake_method_await(struct kunit *test)
{
	struct vcs_fence_request *request;
	int ms;

	for (ms = 0; ms < PATIENCE_MS && !READ_ONCE(begun); ms++)
		usleep_range(900, 1100);
	request = begun;
	KUNIT_ASSERT_NOT_NULL(test, request);
	begun = NULL;
	return request;
}
