/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the state machine offer each other. */
#ifndef _CMAN_SM_INT_H
#define _CMAN_SM_INT_H

#include "evict.h"
#include "mutant.h"
#include "quorum.h"
#include "sm.h"

#define CMAN_NOBODY CMAN_NODES_MAX

/* A packet on its way through: who sent it, what it says. */
struct cman_from {
	u32 index;
	u64 incarnation;
	bool member;		/* that life is in this node's view */
};

static inline u64 cman_self(const struct cman_sm *sm)
{
	return BIT_ULL(sm->self);
}

static inline u32 cman_nodeid(const struct cman_sm *sm, u32 index)
{
	return sm->config.nodes[index].nodeid;
}

static inline u64 cman_dead_ms(const struct cman_sm *sm)
{
	return (u64)sm->config.heartbeat_ms * sm->config.dead_after;
}

/* Silence that makes a node suspect. */
static inline u64 cman_hold_ms(const struct cman_sm *sm)
{
	return max_t(u64, sm->config.hold_ms, cman_dead_ms(sm));
}

/* Only for an index in sm->members. */
static inline struct cman_entry *cman_entry(struct cman_sm *sm, u32 index)
{
	return &sm->state.members[sm->entry_of[index]];
}

static inline bool cman_same_lifetime(const struct vcs_lifetime *a,
				      const struct vcs_lifetime *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* sm.c */
u32 cman_index(const struct cman_config *config, u32 nodeid);
bool cman_is_member_life(struct cman_sm *sm, u32 index, u64 incarnation);
struct cman_action *cman_emit(struct cman_sm *sm, enum cman_action_type type);
void cman_log(struct cman_sm *sm, enum cman_log_code code, u32 index, u64 a,
	      u64 b);
void cman_msg_start(struct cman_sm *sm, struct cman_msg *msg, u8 type);
void cman_send(struct cman_sm *sm, u64 dst, const struct cman_msg *msg);
void cman_hello(struct cman_sm *sm);

/* monitor.c */
enum cman_drop cman_monitor_hello(struct cman_sm *sm,
				  const struct cman_from *from,
				  const struct cman_msg *msg);
void cman_monitor_view(struct cman_sm *sm);
void cman_monitor_lost(struct cman_sm *sm, u64 nodes);
void cman_monitor_tick(struct cman_sm *sm, u32 late_ms);
u64 cman_monitor_remove(struct cman_sm *sm);
u64 cman_heard(const struct cman_sm *sm);
u64 cman_lowest(const struct cman_sm *sm);
u64 cman_slot_of(const struct cman_sm *sm, u32 index);
u32 cman_coordinator(const struct cman_sm *sm);

/* sm_form.c */
void cman_form_tick(struct cman_sm *sm);
void cman_form_drive(struct cman_sm *sm);
enum cman_drop cman_form_packet(struct cman_sm *sm,
				const struct cman_from *from,
				const struct cman_msg *msg);

/* sm_join.c: the node that wants in */
void cman_join_history(struct cman_sm *sm, u32 index);
void cman_join_tick(struct cman_sm *sm);
enum cman_drop cman_join_packet(struct cman_sm *sm,
				const struct cman_from *from,
				const struct cman_msg *msg);
void cman_join_refused(struct cman_sm *sm, enum cman_option option, u32 index);

/* sm_admit.c: the coordinator that lets it in */
enum cman_drop cman_admit_join(struct cman_sm *sm,
			       const struct cman_from *from,
			       const struct cman_msg *msg);
void cman_admit_tick(struct cman_sm *sm);
void cman_admit_answer(struct cman_sm *sm, u64 cookie, bool yes);
void cman_admit_view(struct cman_sm *sm);
void cman_admit_renew(struct cman_sm *sm, u64 set);
bool cman_admit_current(const struct cman_sm *sm, u32 index);
bool cman_admit_settled(struct cman_sm *sm, u32 index);
u64 cman_admit_present(const struct cman_sm *sm);
u64 cman_admit_answered(const struct cman_sm *sm);
u64 cman_admit_bound(const struct cman_sm *sm);
u64 cman_admit_held(const struct cman_sm *sm);

/* sm_decide.c */
enum cman_drop cman_decide_packet(struct cman_sm *sm,
				  const struct cman_from *from,
				  const struct cman_msg *msg);
void cman_decide_tick(struct cman_sm *sm);
void cman_decide_drive(struct cman_sm *sm);
void cman_decide_reset(struct cman_sm *sm);
bool cman_decide_possible(struct cman_sm *sm, u64 answered);
bool cman_is_void(const struct cman_sm *sm, const struct cman_from *from,
		  const struct cman_msg *msg);
enum cman_drop cman_value_check(struct cman_sm *sm, u64 generation,
				const u8 *value, size_t len);

/* sm_apply.c */
void cman_view_fill(const struct cman_sm *sm, struct cman_view *view);
void cman_state_take(struct cman_sm *sm);
void cman_apply(struct cman_sm *sm, const u8 *value, u32 len);
enum cman_drop cman_apply_first(struct cman_sm *sm,
				const struct cman_msg *msg);
enum cman_drop cman_learn_packet(struct cman_sm *sm,
				 const struct cman_from *from,
				 const struct cman_msg *msg);
void cman_learn_ask(struct cman_sm *sm, u32 index);
void cman_learn_answer(struct cman_sm *sm, u64 dst, u64 slot);
void cman_tell_evicted(struct cman_sm *sm, const struct cman_from *from);

/* sm_view.c */
bool cman_view_next(struct cman_sm *sm, bool *wanted);

/* sm_recover.c */
void cman_recover_tick(struct cman_sm *sm);
void cman_recover_fenced(struct cman_sm *sm, u64 cookie, bool success);
void cman_recover_view(struct cman_sm *sm);

/* sm_record.c */
int cman_record_submit(struct cman_sm *sm, const u8 *data, size_t len);
void cman_record_tick(struct cman_sm *sm);
void cman_record_send(struct cman_sm *sm);
void cman_record_view(struct cman_sm *sm);
u32 cman_record_next(struct cman_sm *sm, u8 *buf);
void cman_record_apply(struct cman_sm *sm, const u8 *value, u32 len);
enum cman_drop cman_record_packet(struct cman_sm *sm,
				  const struct cman_from *from,
				  const struct cman_msg *msg);

/* sm_leave.c */
void cman_leave_event(struct cman_sm *sm);
void cman_leave_tick(struct cman_sm *sm);
void cman_leave_linger(struct cman_sm *sm);
void cman_over(struct cman_sm *sm, enum cman_action_type type,
	       enum vcs_leave_reason reason);

/* sm_quorate.c */
void cman_quorate_update(struct cman_sm *sm);
bool cman_quorate_now(const struct cman_sm *sm);
bool cman_is_behind(const struct cman_sm *sm);

#endif /* _CMAN_SM_INT_H */
