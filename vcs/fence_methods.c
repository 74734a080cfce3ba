// SPDX-License-Identifier: GPL-2.0-only
/* Start and end of what fencing needs once for the whole module. */
#include <linux/workqueue.h>

#include "fence.h"
#include "fence_job.h"
#include "fence_methods.h"

/* Apart from listeners: one that blocks may be waiting for a fence. */
struct workqueue_struct *vcs_fence_wq;

/**
 * vcs_fence_methods_start() - once, when vcs.ko is loaded
 *
 * Return: 0, -ENOMEM, or what the registration of a method gives.
 */
int vcs_fence_methods_start(void)
{
	int err;

	vcs_fence_wq = alloc_workqueue("vcs_fence",
				       WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!vcs_fence_wq)
		return -ENOMEM;
	err = vcs_fence_upcall_start();
	if (err)
		goto destroy_wq;
	err = vcs_register_fence_method(&vcs_fence_upcall);
	if (err)
		goto stop_upcall;
	err = vcs_register_fence_method(&vcs_fence_manual);
	if (err)
		goto unregister_upcall;
	return 0;

unregister_upcall:
	vcs_unregister_fence_method(&vcs_fence_upcall);
stop_upcall:
	vcs_fence_upcall_stop();
destroy_wq:
	destroy_workqueue(vcs_fence_wq);
	return err;
}

/** vcs_fence_methods_stop() - once, when vcs.ko goes, after all clusters */
void vcs_fence_methods_stop(void)
{
	vcs_unregister_fence_method(&vcs_fence_manual);
	vcs_unregister_fence_method(&vcs_fence_upcall);
	vcs_fence_upcall_stop();
	destroy_workqueue(vcs_fence_wq);
}
