// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fault points of a test build. The module parameter "fault" names the one
 * to strike at, once; it may be written at any time:
 *
 *	after-accept	the coordinator sent an ACCEPT, and no DECIDE
 *
 * A struck node stays up and silent, and says so on the console, which is what
 * the test awaits to end it. No lock: each word is written once or twice.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "fault.h"
#include "wire.h"

enum { FAULT_OFF, FAULT_ARMED, FAULT_STRUCK };

static atomic_t fault_state = ATOMIC_INIT(FAULT_OFF);

static int fault_set(const char *value, const struct kernel_param *kp)
{
	if (!sysfs_streq(value, "after-accept"))
		return -EINVAL;
	atomic_cmpxchg(&fault_state, FAULT_OFF, FAULT_ARMED);
	return 0;
}

static const struct kernel_param_ops fault_ops = { .set = fault_set };

module_param_cb(fault, &fault_ops, NULL, 0200);
MODULE_PARM_DESC(fault, "test build: fall silent at this point (after-accept)");

bool cman_fault_is_near(u8 message_type)
{
	return message_type == CMAN_MSG_ACCEPT &&
	       atomic_read(&fault_state) == FAULT_ARMED;
}

void cman_fault_strike(void)
{
	if (atomic_cmpxchg(&fault_state, FAULT_ARMED, FAULT_STRUCK) ==
	    FAULT_ARMED)
		pr_emerg("fault point after-accept: this node is silent now\n");
}

bool cman_fault_has_struck(void)
{
	return atomic_read(&fault_state) == FAULT_STRUCK;
}
