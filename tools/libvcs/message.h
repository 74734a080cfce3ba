/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program is given as a message. Inside the library, and its tests. */
#ifndef LIBVCS_MESSAGE_H
#define LIBVCS_MESSAGE_H

#include <netlink/attr.h>
#include "libvcs.h"

struct vcs_message {
	int cmd;
	struct nlattr *attrs[VCS_A_MAX + 1];
};

#endif
