// SPDX-License-Identifier: GPL-2.0-only
/*
 * The outbox: records wait here until the provider takes them; and the way of
 * a delivered record to its owner.
 *
 * The outbox promises nothing across views: what waits at a view change is
 * forgotten, and whoever wanted it sent looks at the new view and sends what is
 * still true. So a record that was lost with its view needs no other care.
 *
 * Locking: the queue under cluster.lock; one work item submits, without it, so
 * records leave in order. outbox.lock (spinlock) only keeps the work from being
 * queued after the shutdown.
 */
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "fence.h"
#include "record.h"
#include "record_codec.h"
#include "sync.h"
#include "trace.h"

#define OUTBOX_MAX	256
#define RETRY_MS	100

struct vcs_outbox {
	struct vcs_cluster *cluster;
	struct delayed_work work;
	spinlock_t lock;		/* stopped */
	bool stopped;

	/* cluster.lock */
	struct list_head queue;
	u32 nr;
	u64 views;			/* seen so far */
	bool starved;			/* somebody was turned away */
};

struct outgoing {
	struct list_head node;
	size_t len;
	u8 data[];
};

static void queue_sender(struct vcs_outbox *outbox, unsigned int delay_ms)
{
	unsigned long flags;

	spin_lock_irqsave(&outbox->lock, flags);
	if (!outbox->stopped)
		mod_delayed_work(vcs_wq, &outbox->work,
				 msecs_to_jiffies(delay_ms));
	spin_unlock_irqrestore(&outbox->lock, flags);
}

static void forget_locked(struct vcs_outbox *outbox)
{
	struct outgoing *item, *next;

	list_for_each_entry_safe(item, next, &outbox->queue, node) {
		list_del(&item->node);
		kfree(item);
	}
	outbox->nr = 0;
}

/* The next record to submit, off the queue; NULL if there is none. */
static struct outgoing *take(struct vcs_outbox *outbox,
			     const struct vcs_provider **provider, u64 *views)
{
	struct vcs_cluster *cluster = outbox->cluster;
	struct outgoing *item = NULL;

	mutex_lock(&cluster->lock);
	if (cluster->provider && !cluster->upcalls_closed)
		item = list_first_entry_or_null(&outbox->queue,
						struct outgoing, node);
	if (item) {
		list_del(&item->node);
		outbox->nr--;
	} else if (outbox->starved) {
		outbox->starved = false;
		vcs_sync_retry_locked(cluster);
		vcs_fence_kick_locked(cluster);
	}
	*provider = cluster->provider;
	*views = outbox->views;
	mutex_unlock(&cluster->lock);
	return item;
}

/* Back to the head of the queue, unless its view has passed meanwhile. */
static void put_back(struct vcs_outbox *outbox, struct outgoing *item,
		     u64 views)
{
	mutex_lock(&outbox->cluster->lock);
	if (views == outbox->views) {
		list_add(&item->node, &outbox->queue);
		outbox->nr++;
		item = NULL;
	}
	mutex_unlock(&outbox->cluster->lock);
	kfree(item);
}

static void submit_queue(struct vcs_outbox *outbox)
{
	struct vcs_cluster *cluster = outbox->cluster;
	const struct vcs_provider *provider;
	struct outgoing *item;
	u64 views;
	int err;

	while ((item = take(outbox, &provider, &views))) {
		err = provider->ops->submit(cluster, item->data, item->len);
		trace_vcs_record(cluster->name, 0,
				 vcs_record_kind_str(item->data[0]), item->len,
				 err);
		if (err && err != -EMSGSIZE) {
			put_back(outbox, item, views);
			queue_sender(outbox, RETRY_MS);
			return;
		}
		if (err)
			vcs_log(cluster, VCS_LOG_REFUSED, 0, 0,
				"the provider cannot carry a record of %zu bytes",
				item->len);
		kfree(item);
		cond_resched();
	}
}

static void outbox_work(struct work_struct *work)
{
	struct vcs_outbox *outbox = container_of(to_delayed_work(work),
						 struct vcs_outbox, work);
	unsigned int noio = memalloc_noio_save();

	submit_queue(outbox);
	memalloc_noio_restore(noio);
}

/**
 * vcs_outbox_setup() - make the outbox of a cluster
 * @cluster: before anybody sees it
 *
 * Return: 0 or -ENOMEM.
 */
int vcs_outbox_setup(struct vcs_cluster *cluster)
{
	struct vcs_outbox *outbox = kzalloc(sizeof(*outbox), GFP_KERNEL);

	if (!outbox)
		return -ENOMEM;
	outbox->cluster = cluster;
	INIT_LIST_HEAD(&outbox->queue);
	spin_lock_init(&outbox->lock);
	INIT_DELAYED_WORK(&outbox->work, outbox_work);
	cluster->outbox = outbox;
	return 0;
}

/**
 * vcs_outbox_destroy() - free the outbox of a cluster
 * @cluster: after vcs_outbox_shutdown(), or never seen by anybody
 */
void vcs_outbox_destroy(struct vcs_cluster *cluster)
{
	if (!cluster->outbox)
		return;
	forget_locked(cluster->outbox);
	kfree(cluster->outbox);
	cluster->outbox = NULL;
}

/**
 * vcs_outbox_shutdown() - submit nothing any more
 * @cluster: before its provider's leave
 *
 * Context: process, sleeps, no lock held.
 */
void vcs_outbox_shutdown(struct vcs_cluster *cluster)
{
	struct vcs_outbox *outbox = cluster->outbox;

	spin_lock_irq(&outbox->lock);
	outbox->stopped = true;
	spin_unlock_irq(&outbox->lock);
	cancel_delayed_work_sync(&outbox->work);
}

static int turn_away(struct vcs_outbox *outbox, int err)
{
	outbox->starved = true;
	queue_sender(outbox, RETRY_MS);
	return err;
}

/**
 * vcs_outbox_add_locked() - queue a record for the provider
 * @cluster: a member
 * @data: copied
 * @len: up to VCS_RECORD_MAX
 *
 * After -ENOMEM and -EAGAIN, vcs_sync_retry_locked() and
 * vcs_fence_kick_locked() are called once there is room.
 *
 * Context: cluster.lock.
 * Return: 0, -ENOMEM, -EAGAIN (full), -EMSGSIZE, -EOPNOTSUPP (the provider has
 * no records), -ENOTCONN (no view yet, or the provider is gone).
 */
int vcs_outbox_add_locked(struct vcs_cluster *cluster, const void *data,
			  size_t len)
{
	struct vcs_outbox *outbox = cluster->outbox;
	struct outgoing *item;

	lockdep_assert_held(&cluster->lock);
	if (!len || len > VCS_RECORD_MAX)
		return -EMSGSIZE;
	/* A view may come before the provider's join has returned. */
	if (!cluster->provider || cluster->upcalls_closed ||
	    !vcs_view_locked(cluster))
		return -ENOTCONN;
	if (!vcs_has_records(cluster))
		return -EOPNOTSUPP;
	if (outbox->nr >= OUTBOX_MAX)
		return turn_away(outbox, -EAGAIN);
	item = kmalloc(struct_size(item, data, len), GFP_NOIO | __GFP_NOWARN);
	if (!item)
		return turn_away(outbox, -ENOMEM);
	item->len = len;
	memcpy(item->data, data, len);
	list_add_tail(&item->node, &outbox->queue);
	outbox->nr++;
	queue_sender(outbox, 0);
	return 0;
}

/**
 * vcs_outbox_send_locked() - encode a record and queue it
 * @cluster: a member
 * @record: what to send
 *
 * Context: cluster.lock.
 * Return: as vcs_outbox_add_locked(), or -EINVAL for an unknown kind.
 */
int vcs_outbox_send_locked(struct vcs_cluster *cluster,
			   const struct vcs_record *record)
{
	u8 data[512];
	int len;

	len = vcs_record_encode(record, data, sizeof(data));
	if (len < 0)
		return len;
	return vcs_outbox_add_locked(cluster, data, len);
}

/**
 * vcs_outbox_view_locked() - a new view: forget what waits
 * @cluster: whose view was just replaced; before sync and fences see the view
 *
 * Context: cluster.lock.
 */
void vcs_outbox_view_locked(struct vcs_cluster *cluster)
{
	lockdep_assert_held(&cluster->lock);
	cluster->outbox->views++;
	forget_locked(cluster->outbox);
}

/**
 * vcs_outbox_kick() - the provider takes records again
 * @cluster: with or without its lock
 *
 * Context: any.
 */
void vcs_outbox_kick(struct vcs_cluster *cluster)
{
	queue_sender(cluster->outbox, 0);
}

/**
 * vcs_record_deliver_locked() - give a delivered record to its owner
 * @cluster: a member
 * @from: nodeid of the sender, a member of the current view
 * @data: as it was submitted
 * @len: its length
 *
 * Context: cluster.lock.
 * Return: 0, or -EPROTO if it is not a record that this core knows.
 */
int vcs_record_deliver_locked(struct vcs_cluster *cluster, u32 from,
			      const void *data, size_t len)
{
	struct vcs_record record;
	int err;

	lockdep_assert_held(&cluster->lock);
	err = vcs_record_decode(&record, data, len);
	trace_vcs_record(cluster->name, from, vcs_record_kind_str(record.kind),
			 len, err);
	if (err) {
		vcs_log(cluster, VCS_LOG_REFUSED, from, 0,
			"a record of %zu bytes from node %u makes no sense",
			len, from);
		return err;
	}
	switch (record.kind) {
	case VCS_RECORD_SYNC_FENCE:
	case VCS_RECORD_SYNC_END:
		vcs_sync_record_locked(cluster, from, &record);
		break;
	default:
		vcs_fence_record_locked(cluster, from, &record);
		break;
	}
	return 0;
}
