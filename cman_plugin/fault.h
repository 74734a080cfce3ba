/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Points at which a test can take this node out of the world. Only a build
 * with VCS_TEST_FAULTS=1 has them; in any other this file is empty words.
 */
#ifndef _CMAN_FAULT_H
#define _CMAN_FAULT_H

#include <linux/types.h>

#ifdef VCS_TEST_FAULTS

/* A message of this type is about to be sent: is it what the test waits for? */
bool cman_fault_is_near(u8 message_type);
/* It was sent: from now on nothing goes out or comes in. */
void cman_fault_strike(void);
bool cman_fault_has_struck(void);

#else

static inline bool cman_fault_is_near(u8 message_type)
{
	return false;
}

static inline void cman_fault_strike(void)
{
}

static inline bool cman_fault_has_struck(void)
{
	return false;
}

#endif /* VCS_TEST_FAULTS */

#endif /* _CMAN_FAULT_H */
