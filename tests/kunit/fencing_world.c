// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rest of the core, as far as fencing needs it: see fencing_world.h.
 *
 * Locking: as in the core for what belongs to a cluster; world.lock for the
 * wire. The test is one thread; works of the core run beside it.
 */
#include <linux/slab.h>

#include "fencing_world.h"
#include "vcs/notify.h"
#include "vcs/record.h"
#include "vcs/registry.h"

struct message {
	struct list_head node;
	u32 from;
	size_t len;
	u8 data[];
};

struct workqueue_struct *vcs_wq;

static struct world_node *node_of(const struct vcs_cluster *cluster)
{
	return container_of(cluster, struct world_node, cluster);
}

static void tell(struct world *world)
{
	WRITE_ONCE(world->news, world->news + 1);
	wake_up_all(&world->changed);
}

/* What the rest of the core would do. */

struct vcs_view *vcs_view_locked(struct vcs_cluster *cluster)
{
	return rcu_dereference_protected(cluster->view,
					 lockdep_is_held(&cluster->lock));
}

const struct vcs_member *vcs_view_member(const struct vcs_view *view,
					 u32 nodeid)
{
	const struct vcs_member *m;

	vcs_view_for_each(m, view)
		if (m->nodeid == nodeid)
			return m;
	return NULL;
}

const char *vcs_cluster_name(const struct vcs_cluster *cluster)
{
	return cluster->name;
}

struct net *vcs_cluster_net(const struct vcs_cluster *cluster)
{
	return &init_net;
}

bool world_in_callback;

bool vcs_in_listener_callback(void)
{
	return world_in_callback;
}

void vcs_listeners_kick_locked(struct vcs_cluster *cluster)
{
	tell(node_of(cluster)->world);
}

void vcs_sysfs_refresh(struct vcs_cluster *cluster)
{
}

void vcs_event_log(struct vcs_cluster *cluster)
{
}

void vcs_event_fence(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation,
		     enum vcs_fence_state state, u32 actor, const char *text)
{
}

void vcs_event_fence_ready(struct net *net, const char *cluster, u64 request,
			   u32 nodeid)
{
}

void vcs_event_fence_cancelled(struct net *net, const char *cluster,
			       u64 request, u32 nodeid)
{
}

bool vcs_event_fence_listeners(struct net *net)
{
	return false;
}

/* Agents. */

void world_answer(struct world_node *node, enum vcs_fence_result result)
{
	unsigned long flags;

	spin_lock_irqsave(&node->lock, flags);
	if (node->attempt)
		vcs_fence_done(node->attempt, result, "the test says so");
	node->attempt = NULL;
	spin_unlock_irqrestore(&node->lock, flags);
}

static int agent_begin(struct vcs_fence_request *request)
{
	struct world_node *node = node_of(request->cluster);
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&node->lock, flags);
	node->begun++;
	node->last_target = request->nodeid;
	switch (node->agent) {
	case AGENT_SUCCESS:
		vcs_fence_done(request, VCS_FENCE_SUCCESS, "off");
		/* One completion: the first counts. */
		vcs_fence_done(request, VCS_FENCE_FAILED, "not off");
		break;
	case AGENT_FAILS:
		vcs_fence_done(request, VCS_FENCE_FAILED, NULL);
		vcs_fence_done(request, VCS_FENCE_SUCCESS, "a late thought");
		break;
	case AGENT_GARBAGE:
		vcs_fence_done(request, 77, "garbage");
		break;
	case AGENT_HANGS:
		node->attempt = request;
		break;
	case AGENT_NONE:
		err = -ESRCH;
		break;
	}
	spin_unlock_irqrestore(&node->lock, flags);
	tell(node->world);
	return err;
}

static void agent_cancel(struct vcs_fence_request *request)
{
	struct world_node *node = node_of(request->cluster);
	unsigned long flags;

	spin_lock_irqsave(&node->lock, flags);
	node->cancelled++;
	if (node->attempt == request)
		node->attempt = NULL;
	spin_unlock_irqrestore(&node->lock, flags);
	tell(node->world);
}

static bool agent_ready(struct vcs_cluster *cluster)
{
	return node_of(cluster)->agent != AGENT_NONE;
}

static struct vcs_fence_method agent = {
	.name = "agent",
	.begin = agent_begin,
	.cancel = agent_cancel,
	.ready = agent_ready,
};

struct vcs_fence_method *vcs_fence_method_find(const char *name, bool load)
{
	return strcmp(name, agent.name) ? NULL : &agent;
}

void vcs_fence_method_put(struct vcs_fence_method *method)
{
}

int vcs_register_fence_method(struct vcs_fence_method *method)
{
	return 0;
}

void vcs_unregister_fence_method(struct vcs_fence_method *method)
{
}

/* The provider. */

static int world_submit(struct vcs_cluster *cluster, const void *data,
			size_t len)
{
	struct world_node *node = node_of(cluster);
	struct world *world = node->world;
	struct message *message;

	if (node->refuses_records)
		return -EAGAIN;
	message = kmalloc(struct_size(message, data, len), GFP_KERNEL);
	if (!message)
		return -EAGAIN;
	message->from = node->nodeid;
	message->len = len;
	memcpy(message->data, data, len);
	spin_lock(&world->lock);
	list_add_tail(&message->node, &world->wire);
	world->sent++;
	spin_unlock(&world->lock);
	tell(world);
	return 0;
}

static void world_fenced(struct vcs_cluster *cluster, u64 cookie,
			 enum vcs_fence_result result)
{
	struct world_node *node = node_of(cluster);

	if (result != VCS_FENCE_SUCCESS && node->asks_again) {
		if (!--node->asks_again)
			node->agent = AGENT_SUCCESS;
		vcs_provider_fence(cluster, 2, WORLD_LIFE(2), cookie + 1);
	}
	node->last_cookie = cookie;
	node->last_result = result;
	node->answers++;
	tell(node->world);
}

static const struct vcs_provider_ops world_ops = {
	.submit = world_submit,
	.fenced = world_fenced,
};

static struct vcs_provider world_provider = {
	.name = "world",
	.features = VCS_FEATURE_RECORDS | VCS_FEATURE_FENCE_FIRST,
	.ops = &world_ops,
};

static struct message *take_message(struct world *world)
{
	struct message *message;

	spin_lock(&world->lock);
	message = list_first_entry_or_null(&world->wire, struct message, node);
	if (message)
		list_del(&message->node);
	spin_unlock(&world->lock);
	return message;
}

static bool is_in(struct world *world, const struct world_node *node)
{
	return node->alive && (world->members & BIT(node->nodeid));
}

static struct world_node *next_member(struct world *world,
				      struct world_node *after)
{
	struct world_node *n = after ? after + 1 : world->nodes;

	for (; n < world->nodes + WORLD_NODES; n++)
		if (is_in(world, n))
			return n;
	return NULL;
}

#define for_each_member(n, world)					\
	for ((n) = next_member(world, NULL); (n); (n) = next_member(world, n))

/* Everything that was sent, to everybody, in one order. */
void world_pump(struct world *world)
{
	struct message *message;
	struct world_node *n;

	while ((message = take_message(world))) {
		for_each_member(n, world) {
			mutex_lock(&n->cluster.lock);
			vcs_record_deliver_locked(&n->cluster, message->from,
						  message->data, message->len);
			mutex_unlock(&n->cluster.lock);
		}
		world->delivered++;
		kfree(message);
	}
}

static void lose_messages(struct world *world)
{
	struct message *message;

	while ((message = take_message(world))) {
		world->lost++;
		kfree(message);
	}
}

static struct vcs_view *make_view(struct world *world)
{
	struct vcs_view *view;
	struct vcs_member *m;
	u32 nodeid;

	view = kunit_kzalloc(world->test,
			     struct_size(view, members, WORLD_NODES),
			     GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(world->test, view);
	view->generation = world->generation;
	for (nodeid = 1; nodeid <= WORLD_NODES; nodeid++) {
		struct world_node *node = world_node(world, nodeid);

		if (!(world->members & BIT(nodeid)))
			continue;
		if (!node->joined_generation)
			node->joined_generation = world->generation;
		m = &view->members[view->nr_members++];
		m->nodeid = nodeid;
		m->incarnation = node->cluster.incarnation;
		m->joined_generation = node->joined_generation;
		m->flags = node->settled ? VCS_MEMBER_SETTLED : 0;
	}
	return view;
}

static void publish(struct world_node *node, struct vcs_view *view,
		    const struct vcs_departed *departed, u32 nr)
{
	struct vcs_cluster *cluster = &node->cluster;
	struct vcs_view *old = node->view;

	mutex_lock(&cluster->lock);
	cluster->state = VCS_CLUSTER_MEMBER;
	cluster->local_nodeid = node->nodeid;
	node->view = view;
	rcu_assign_pointer(cluster->view, view);
	vcs_outbox_view_locked(cluster);
	vcs_fence_view_locked(cluster, old, view, departed, nr);
	vcs_sync_view_locked(cluster, old, view);
	mutex_unlock(&cluster->lock);
}

/* The next view, with the worst luck: nothing on the wire is delivered. */
static void next_view(struct world *world, u32 members,
		      const struct vcs_departed *departed, u32 nr)
{
	struct world_node *n;
	struct vcs_view *view;

	world->members = members;
	world->generation++;
	lose_messages(world);
	view = make_view(world);
	for_each_member(n, world)
		publish(n, view, departed, nr);
	world_quorate(world, true);
}

void world_view(struct world *world, u32 members, enum vcs_leave_reason reason)
{
	struct vcs_departed departed[WORLD_NODES];
	u32 nodeid, nr = 0;

	for (nodeid = 1; nodeid <= WORLD_NODES; nodeid++) {
		struct world_node *node = world_node(world, nodeid);

		if (!(world->members & BIT(nodeid)) || members & BIT(nodeid))
			continue;
		departed[nr].nodeid = nodeid;
		departed[nr].incarnation = node->cluster.incarnation;
		departed[nr++].reason = reason;
	}
	next_view(world, members, departed, nr);
}

void world_absent(struct world *world, u32 members, u32 absent)
{
	struct vcs_departed departed[WORLD_NODES] = {};
	u32 nodeid, nr = 0;

	for (nodeid = 1; nodeid <= WORLD_NODES; nodeid++) {
		if (!(absent & BIT(nodeid)))
			continue;
		departed[nr].nodeid = nodeid;
		departed[nr++].reason = VCS_LEAVE_ABSENT;
	}
	next_view(world, members, departed, nr);
}

void world_quorate(struct world *world, bool quorate)
{
	struct world_node *n;

	for_each_member(n, world) {
		mutex_lock(&n->cluster.lock);
		n->cluster.quorate = quorate;
		n->cluster.quorate_generation = world->generation;
		vcs_fence_kick_locked(&n->cluster);
		mutex_unlock(&n->cluster.lock);
	}
}

struct world_node *world_node(struct world *world, u32 nodeid)
{
	return &world->nodes[nodeid - 1];
}

static void stop_node(struct world_node *node)
{
	if (!node->alive)
		return;
	node->alive = false;
	vcs_fence_shutdown(&node->cluster);
	vcs_outbox_shutdown(&node->cluster);
}

/* Power off: nothing of it runs any more; the others do not know yet. */
void world_crash(struct world *world, u32 nodeid)
{
	stop_node(world_node(world, nodeid));
}

static void setup_node(struct world *world, u32 nodeid)
{
	struct world_node *node = world_node(world, nodeid);
	struct vcs_cluster *cluster = &node->cluster;
	struct kunit *test = world->test;

	node->world = world;
	node->nodeid = nodeid;
	node->agent = AGENT_SUCCESS;
	spin_lock_init(&node->lock);
	mutex_init(&cluster->lock);
	snprintf(cluster->name, sizeof(cluster->name), "world");
	cluster->incarnation = WORLD_LIFE(nodeid);
	cluster->provider = &world_provider;
	cluster->options.fence_timeout_ms = 200;
	cluster->options.nr_methods = 1;
	strscpy(cluster->options.methods[0], agent.name,
		sizeof(cluster->options.methods[0]));
	KUNIT_ASSERT_EQ(test, 0, vcs_log_setup(cluster));
	KUNIT_ASSERT_EQ(test, 0, vcs_fence_setup(cluster));
	KUNIT_ASSERT_EQ(test, 0, vcs_sync_setup(cluster));
	KUNIT_ASSERT_EQ(test, 0, vcs_outbox_setup(cluster));
	node->alive = true;
}

int world_init(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	u32 nodeid;

	KUNIT_ASSERT_NOT_NULL(test, world);
	world->test = test;
	INIT_LIST_HEAD(&world->wire);
	spin_lock_init(&world->lock);
	init_waitqueue_head(&world->changed);
	vcs_wq = alloc_workqueue("world", WQ_UNBOUND, 0);
	KUNIT_ASSERT_NOT_NULL(test, vcs_wq);
	KUNIT_ASSERT_EQ(test, 0, vcs_fence_methods_start());
	for (nodeid = 1; nodeid <= WORLD_NODES; nodeid++)
		setup_node(world, nodeid);
	test->priv = world;
	return 0;
}

void world_exit(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *n;

	for (n = world->nodes; n < world->nodes + WORLD_NODES; n++) {
		stop_node(n);
		vcs_outbox_destroy(&n->cluster);
		vcs_sync_destroy(&n->cluster);
		vcs_fence_destroy(&n->cluster);
		vcs_log_destroy(&n->cluster);
	}
	lose_messages(world);
	vcs_fence_methods_stop();
	destroy_workqueue(vcs_wq);
}

/* What the members believe. */

bool world_synced(struct world *world)
{
	struct world_node *n;
	bool done = true;

	for_each_member(n, world) {
		mutex_lock(&n->cluster.lock);
		done &= vcs_sync_done_locked(&n->cluster);
		mutex_unlock(&n->cluster.lock);
	}
	return done;
}

static u32 count_settled(struct world *world, u32 nodeid, u64 incarnation,
			 u32 *members)
{
	struct world_node *n;
	u32 settled = 0;

	*members = 0;
	for_each_member(n, world) {
		mutex_lock(&n->cluster.lock);
		settled += vcs_fence_settled_locked(&n->cluster, nodeid,
						    incarnation);
		mutex_unlock(&n->cluster.lock);
		(*members)++;
	}
	return settled;
}

bool world_settled(struct world *world, u32 nodeid, u64 incarnation)
{
	u32 members;

	return count_settled(world, nodeid, incarnation, &members) == members;
}

bool world_closed(struct world *world, u32 nodeid, u64 incarnation)
{
	u32 members;

	return !count_settled(world, nodeid, incarnation, &members);
}

u32 world_begun(struct world *world)
{
	struct world_node *n;
	u32 begun = 0;

	for (n = world->nodes; n < world->nodes + WORLD_NODES; n++)
		begun += n->begun;
	return begun;
}

u32 world_logged(struct vcs_cluster *cluster, const char *words)
{
	struct vcs_log_ring *log = &cluster->log;
	unsigned long flags;
	u32 i, nr = 0;

	spin_lock_irqsave(&log->lock, flags);
	for (i = 0; i < VCS_LOG_ENTRIES; i++)
		nr += !!strstr(log->entries[i].text, words);
	spin_unlock_irqrestore(&log->lock, flags);
	return nr;
}

/* Who has the claim, as the lowest member sees it; 0 nobody. */
u32 world_actor(struct world *world, u32 target)
{
	struct vcs_fence_entry *entry;
	struct world_node *n;
	u32 actor = 0;

	for_each_member(n, world) {
		mutex_lock(&n->cluster.lock);
		entry = vcs_fence_table_latest(&n->cluster.fences->table,
					       target);
		if (entry)
			actor = entry->actor;
		mutex_unlock(&n->cluster.lock);
		break;
	}
	return actor;
}

static void expect_same_entry(struct kunit *test,
			      const struct vcs_fence_entry *a,
			      const struct vcs_fence_entry *b)
{
	KUNIT_EXPECT_EQ(test, a->nodeid, b->nodeid);
	KUNIT_EXPECT_EQ(test, a->incarnation, b->incarnation);
	KUNIT_EXPECT_EQ(test, a->order, b->order);
	KUNIT_EXPECT_EQ(test, a->state, b->state);
	KUNIT_EXPECT_EQ(test, a->actor, b->actor);
	KUNIT_EXPECT_EQ(test, a->actor_incarnation, b->actor_incarnation);
	KUNIT_EXPECT_EQ(test, a->failed_actor, b->failed_actor);
	KUNIT_EXPECT_EQ(test, a->round, b->round);
	KUNIT_EXPECT_STREQ(test, a->reason, b->reason);
	KUNIT_EXPECT_STREQ(test, a->method, b->method);
}

/* Nothing is delivered meanwhile, so the tables hold still. */
void world_expect_same(struct world *world)
{
	struct vcs_fence_table *first = NULL, *other;
	struct world_node *n;
	u32 i;

	for_each_member(n, world) {
		other = &n->cluster.fences->table;
		if (!first)
			first = other;
		KUNIT_ASSERT_EQ(world->test, first->nr, other->nr);
		for (i = 0; i < first->nr; i++)
			expect_same_entry(world->test, &first->entries[i],
					  &other->entries[i]);
	}
}
