/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the kernels that the modules are built for. */
#ifndef _VCS_COMPAT_H
#define _VCS_COMPAT_H

#include <linux/kobject.h>
#include <linux/version.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

/* linux/kernel.h need not bring it. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/hex.h>
#endif

/* Since 6.2 the namespace callbacks of a kobj_type take a const kobject. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define vcs_kobj_const
#else
#define vcs_kobj_const const
#endif

/* What tags a kobject with a namespace: any pointer, later an ns_common. */
#define vcs_kobj_ns_ptr typeof(((const struct kobj_type *)NULL)->namespace(NULL))

static inline vcs_kobj_ns_ptr vcs_kobj_ns(struct net *net)
{
	return __builtin_choose_expr(__same_type(vcs_kobj_ns_ptr,
						 const struct ns_common *),
				     net ? &net->ns : NULL, net);
}

/* Since 6.7 a dump carries a whole struct genl_info. */
static inline struct nlattr **vcs_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	return genl_dumpit_info(cb)->attrs;
#else
	return genl_dumpit_info(cb)->info.attrs;
#endif
}

/* Since 6.10 __string() has noted the source, __assign_str() takes the name. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define vcs_trace_assign(dst, src) __assign_str(dst, src)
#else
#define vcs_trace_assign(dst, src) __assign_str(dst)
#endif

#endif /* _VCS_COMPAT_H */
