// SPDX-License-Identifier: GPL-2.0-only
/*
 * One work item per cluster does what must not be done where things happen:
 * it makes and removes sysfs folders, sends uevents, and turns entries of the
 * decision log, written in any context, into netlink events. Requests merge;
 * the work reads the state as it is when it runs.
 *
 * Locking: notify.lock guards what is pending and whether anything may be
 * announced; it is taken in any context. To be read in process context,
 * notify.open is guarded by cluster.lock as well, so that an event sent under
 * cluster.lock cannot outlive vcs_notify_close(), and with it the namespace.
 * While the work is queued or runs it holds a reference on the cluster.
 */
#include <linux/kobject.h>
#include <linux/sched/mm.h>
#include "cluster.h"
#include "notify.h"
#include "sysfs.h"

static void uevent(struct vcs_cluster *cluster, const char *event,
		   const char *value)
{
	char event_env[32], cluster_env[VCS_NAME_MAX + 16], value_env[48];
	char *env[4] = { event_env, cluster_env, value_env, NULL };

	snprintf(event_env, sizeof(event_env), "VCS_EVENT=%s", event);
	snprintf(cluster_env, sizeof(cluster_env), "VCS_CLUSTER=%s",
		 cluster->name);
	strscpy(value_env, value, sizeof(value_env));
	kobject_uevent_env(&cluster->kobj, KOBJ_CHANGE, env);
}

static void uevents(struct vcs_cluster *cluster, unsigned long pending)
{
	char state[48], generation[48] = "VCS_GENERATION=0", quorate[48];
	const struct vcs_view *view;

	mutex_lock(&cluster->lock);
	view = vcs_view_locked(cluster);
	snprintf(state, sizeof(state), "VCS_STATE=%s",
		 vcs_state_str(cluster->state));
	if (view)
		snprintf(generation, sizeof(generation), "VCS_GENERATION=%llu",
			 view->generation);
	snprintf(quorate, sizeof(quorate), "VCS_QUORATE=%d",
		 cluster->quorate);
	mutex_unlock(&cluster->lock);

	if (test_bit(VCS_PENDING_UEVENT_STATE, &pending))
		uevent(cluster, "state", state);
	if (test_bit(VCS_PENDING_UEVENT_VIEW, &pending))
		uevent(cluster, "view", generation);
	if (test_bit(VCS_PENDING_UEVENT_QUORUM, &pending))
		uevent(cluster, "quorum", quorate);
}

static void notify_work(struct work_struct *work)
{
	struct vcs_cluster *cluster = container_of(work, struct vcs_cluster,
						   notify.work);
	struct vcs_notify *notify = &cluster->notify;
	unsigned int noio = memalloc_noio_save();
	unsigned long pending;

	spin_lock_irq(&notify->lock);
	pending = notify->pending;
	notify->pending = 0;
	spin_unlock_irq(&notify->lock);

	if (test_bit(VCS_PENDING_LOG, &pending))
		vcs_event_send_log(cluster);
	if (test_bit(VCS_PENDING_SYSFS, &pending))
		vcs_sysfs_sync(cluster);
	if (pending & (BIT(VCS_PENDING_UEVENT_STATE) |
		       BIT(VCS_PENDING_UEVENT_VIEW) |
		       BIT(VCS_PENDING_UEVENT_QUORUM)))
		uevents(cluster, pending);

	memalloc_noio_restore(noio);
	vcs_cluster_put(cluster);
}

void vcs_notify_init(struct vcs_cluster *cluster)
{
	spin_lock_init(&cluster->notify.lock);
	INIT_WORK(&cluster->notify.work, notify_work);
}

static void set_open(struct vcs_cluster *cluster, bool open)
{
	struct vcs_notify *notify = &cluster->notify;

	mutex_lock(&cluster->lock);
	spin_lock_irq(&notify->lock);
	WRITE_ONCE(notify->open, open);
	spin_unlock_irq(&notify->lock);
	mutex_unlock(&cluster->lock);
}

void vcs_notify_open(struct vcs_cluster *cluster)
{
	set_open(cluster, true);
}

void vcs_notify_close(struct vcs_cluster *cluster)
{
	flush_work(&cluster->notify.work);
	set_open(cluster, false);
	if (cancel_work_sync(&cluster->notify.work))
		vcs_cluster_put(cluster);
}

/* Any context; the caller holds the cluster. */
void vcs_notify_kick(struct vcs_cluster *cluster, enum vcs_pending what)
{
	struct vcs_notify *notify = &cluster->notify;
	bool queued = false;
	unsigned long flags;

	if (!READ_ONCE(notify->open))
		return;
	vcs_cluster_hold(cluster);
	spin_lock_irqsave(&notify->lock, flags);
	if (notify->open) {
		__set_bit(what, &notify->pending);
		queued = queue_work(vcs_wq, &notify->work);
	}
	spin_unlock_irqrestore(&notify->lock, flags);
	if (!queued)
		vcs_cluster_put(cluster);
}

void vcs_sysfs_refresh(struct vcs_cluster *cluster)
{
	vcs_notify_kick(cluster, VCS_PENDING_SYSFS);
}

void vcs_event_log(struct vcs_cluster *cluster)
{
	vcs_notify_kick(cluster, VCS_PENDING_LOG);
}
