// SPDX-License-Identifier: GPL-2.0-only
/*
 * The daemon's side of the family "vcs". Requests are learned from the group
 * "fence" and, at the start and after lost messages, from dumps; each is
 * accepted, worked on, and answered on the same socket. The family may come
 * and go with its module: the controller of generic netlink says when.
 */
#include <errno.h>
#include <netlink/genl/ctrl.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include "../common/names.h"
#include "../common/text.h"
#include "fenced.h"

#define RESCAN_MS	1000
#define RESCAN_MAX_MS	30000

static struct slot *slot_find(struct fenced *f, uint64_t request)
{
	struct slot *slot;

	for (slot = f->slots; slot; slot = slot->next)
		if (slot->request == request)
			return slot;
	return NULL;
}

static bool node_busy(const struct fenced *f, uint32_t nodeid)
{
	const struct slot *slot;

	for (slot = f->slots; slot; slot = slot->next)
		if (slot->nodeid == nodeid)
			return true;
	return false;
}

static struct slot *slot_new(struct fenced *f, const struct ticket *ticket)
{
	struct slot *slot = calloc(1, sizeof(*slot));

	if (!slot)
		return NULL;
	slot->fenced = f;
	slot->request = ticket->request;
	slot->nodeid = ticket->nodeid;
	slot->next = f->slots;
	f->slots = slot;
	f->nr_slots++;
	return slot;
}

static void slot_free(struct slot *slot)
{
	struct fenced *f = slot->fenced;
	struct slot **at = &f->slots;

	while (*at != slot)
		at = &(*at)->next;
	*at = slot->next;
	f->nr_slots--;
	free(slot);
}

static void send_answer(struct fenced *f, const struct ticket *ticket,
			enum vcs_fence_result result, const char *text)
{
	struct vcsnl_error e;
	struct nl_msg *msg;

	syslog(result == VCS_FENCE_SUCCESS ? LOG_NOTICE : LOG_ERR,
	       "%s: node %u: %s: %s", ticket->cluster, ticket->nodeid,
	       vcs_word(VCS_A_RESULT, result), text);
	if (!f->cmd.sock)
		return;
	msg = vcsnl_request(&f->cmd, VCS_CMD_FENCE_DONE, 0);
	vcsnl_put_string(msg, VCS_A_CLUSTER, ticket->cluster);
	vcsnl_put_u64(msg, VCS_A_REQUEST, ticket->request);
	vcsnl_put_u64(msg, VCS_A_COOKIE, ticket->cookie);
	vcsnl_put_u32(msg, VCS_A_RESULT, result);
	vcsnl_put_string(msg, VCS_A_TEXT, text);
	if (vcsnl_call(&f->cmd, msg, NULL, NULL, &e))
		syslog(LOG_WARNING, "%s: node %u: the answer was not taken: %s",
		       ticket->cluster, ticket->nodeid, e.text);
}

static void on_job(void *arg, const struct ticket *ticket,
		   enum vcs_fence_result result, const char *text)
{
	struct slot *slot = arg;
	struct fenced *f = slot->fenced;

	send_answer(f, ticket, result, text);
	slot_free(slot);
	if (f->more) {
		f->more = false;
		kernel_scan(f);
	}
}

static uint64_t get_u64(struct nlattr *attr)
{
	return attr && nla_len(attr) == sizeof(uint64_t) ? nla_get_u64(attr) :
							   0;
}

static uint32_t get_u32(struct nlattr *attr)
{
	return attr && nla_len(attr) == sizeof(uint32_t) ? nla_get_u32(attr) :
							   0;
}

static int on_ticket(int cmd, struct nlattr **attrs, void *arg)
{
	struct ticket *ticket = arg;

	if (cmd != VCS_CMD_FENCE_ACCEPT)
		return 0;
	ticket->cookie = get_u64(attrs[VCS_A_COOKIE]);
	ticket->incarnation = get_u64(attrs[VCS_A_INCARNATION]);
	ticket->nodeid = get_u32(attrs[VCS_A_NODEID]);
	ticket->timeout_ms = get_u32(attrs[VCS_A_TIMEOUT_MS]);
	if (attrs[VCS_A_REASON])
		nla_strlcpy(ticket->reason, attrs[VCS_A_REASON],
			    sizeof(ticket->reason));
	text_clean(ticket->reason);
	return 0;
}

/* 0, or a negative errno: somebody else has it, or it is over. */
static int accept_request(struct fenced *f, struct ticket *ticket)
{
	struct vcsnl_error e;
	struct nl_msg *msg;
	int ret;

	msg = vcsnl_request(&f->cmd, VCS_CMD_FENCE_ACCEPT, 0);
	vcsnl_put_string(msg, VCS_A_CLUSTER, ticket->cluster);
	vcsnl_put_u64(msg, VCS_A_REQUEST, ticket->request);
	ret = vcsnl_call(&f->cmd, msg, on_ticket, ticket, &e);
	if (ret && ret != -EBUSY && ret != -ENOENT)
		syslog(LOG_ERR, "%s: cannot accept a request: %s",
		       ticket->cluster, e.text);
	return ret;
}

static void begin(struct fenced *f, const struct ticket *ticket)
{
	struct target *target = config_target(f->config, ticket->nodeid);
	struct slot *slot;

	syslog(LOG_NOTICE, "%s: fencing node %u (%s)", ticket->cluster,
	       ticket->nodeid, ticket->reason);
	if (!target) {
		send_answer(f, ticket, VCS_FENCE_FAILED,
			    "no agent is configured for this node");
		return;
	}
	slot = slot_new(f, ticket);
	if (!slot) {
		target_free(target);
		send_answer(f, ticket, VCS_FENCE_FAILED, "out of memory");
		return;
	}
	slot->job = job_start(f->loop, ticket, target, on_job, slot);
}

static void rescan(struct watch *watch)
{
	struct fenced *f = (struct fenced *)((char *)watch -
				offsetof(struct fenced, rescan_watch));

	loop_close(f->loop, watch);
	kernel_scan(f);
}

/* What failed for a reason that may pass is asked for again. */
static void rescan_later(struct fenced *f)
{
	if (f->rescan_watch.fd >= 0)
		return;
	f->rescan_ms = f->rescan_ms ? 2 * f->rescan_ms : RESCAN_MS;
	if (f->rescan_ms > RESCAN_MAX_MS)
		f->rescan_ms = RESCAN_MAX_MS;
	loop_timer(f->loop, &f->rescan_watch, f->rescan_ms, rescan);
}

/*
 * The kernel may have given up an attempt whose agent has not ended, and cannot
 * be ended, as when it hangs in the kernel: the next one for that node waits.
 */
static void offered(struct fenced *f, const char *cluster, uint64_t request,
		    uint32_t nodeid)
{
	struct ticket ticket = { .request = request };
	int ret;

	if (!config_serves(f->config, cluster) || slot_find(f, request))
		return;
	if (f->nr_slots >= f->config->parallel || node_busy(f, nodeid)) {
		f->more = true;
		return;
	}
	snprintf(ticket.cluster, sizeof(ticket.cluster), "%s", cluster);
	ret = accept_request(f, &ticket);
	if (!ret)
		begin(f, &ticket);
	else if (ret != -EBUSY && ret != -ENOENT)
		rescan_later(f);
}

static int on_ready(int cmd, struct nlattr **attrs, void *arg)
{
	if (cmd == VCS_CMD_FENCE_READY && attrs[VCS_A_CLUSTER])
		offered(arg, nla_get_string(attrs[VCS_A_CLUSTER]),
			get_u64(attrs[VCS_A_REQUEST]),
			get_u32(attrs[VCS_A_NODEID]));
	return 0;
}

/* What a dump found; requests are accepted when it is over. */
struct request {
	uint64_t id;
	uint32_t nodeid;
};

struct found {
	char (*clusters)[VCS_NAME_MAX + 1];
	size_t nr_clusters;
	struct request *requests;
	size_t nr_requests;
	bool no_memory;		/* there are more */
};

/* Room for one more in an array of @nr; NULL, and noted, without memory. */
static void *grow(struct found *found, void *array, size_t nr, size_t size)
{
	void *larger = reallocarray(array, nr + 1, size);

	if (!larger)
		found->no_memory = true;
	return larger;
}

static int on_cluster(int cmd, struct nlattr **attrs, void *arg)
{
	struct found *found = arg;
	void *larger;

	(void)cmd;
	if (!attrs[VCS_A_CLUSTER])
		return 0;
	larger = grow(found, found->clusters, found->nr_clusters,
		      sizeof(*found->clusters));
	if (!larger)
		return 0;
	found->clusters = larger;
	nla_strlcpy(found->clusters[found->nr_clusters++],
		    attrs[VCS_A_CLUSTER], VCS_NAME_MAX + 1);
	return 0;
}

static int on_fence(int cmd, struct nlattr **attrs, void *arg)
{
	struct found *found = arg;
	struct request request = {
		.id = get_u64(attrs[VCS_A_REQUEST]),
		.nodeid = get_u32(attrs[VCS_A_NODEID]),
	};
	void *larger;

	(void)cmd;
	if (!request.id)
		return 0;
	larger = grow(found, found->requests, found->nr_requests,
		      sizeof(*found->requests));
	if (!larger)
		return 0;
	found->requests = larger;
	found->requests[found->nr_requests++] = request;
	return 0;
}

static void scan_cluster(struct fenced *f, struct found *found,
			 const char *cluster)
{
	struct vcsnl_error e;
	struct nl_msg *msg;
	size_t i;

	found->nr_requests = 0;
	msg = vcsnl_request(&f->cmd, VCS_CMD_GET_FENCE, NLM_F_DUMP);
	vcsnl_put_string(msg, VCS_A_CLUSTER, cluster);
	if (vcsnl_call(&f->cmd, msg, on_fence, found, &e) && e.err != ENOENT) {
		syslog(LOG_ERR, "%s: cannot list the fences: %s", cluster,
		       e.text);
		rescan_later(f);
	}
	for (i = 0; i < found->nr_requests; i++)
		offered(f, cluster, found->requests[i].id,
			found->requests[i].nodeid);
}

void kernel_scan(struct fenced *f)
{
	struct found found = { 0 };
	struct vcsnl_error e;
	struct nl_msg *msg;
	size_t i;

	if (!f->cmd.sock)
		return;
	msg = vcsnl_request(&f->cmd, VCS_CMD_GET_CLUSTER, NLM_F_DUMP);
	if (vcsnl_call(&f->cmd, msg, on_cluster, &found, &e)) {
		syslog(LOG_ERR, "cannot list the clusters: %s", e.text);
		rescan_later(f);
	}
	for (i = 0; i < found.nr_clusters; i++)
		scan_cluster(f, &found, found.clusters[i]);
	if (found.no_memory) {
		syslog(LOG_ERR, "no memory for the list of fences");
		rescan_later(f);
	}
	if (f->rescan_watch.fd < 0)
		f->rescan_ms = 0;
	free(found.clusters);
	free(found.requests);
}

static void events_ready(struct watch *watch)
{
	struct fenced *f = (struct fenced *)((char *)watch -
				offsetof(struct fenced, events_watch));
	int ret = vcsnl_receive(&f->events, on_ready, f);

	if (ret == -ENOBUFS) {
		syslog(LOG_WARNING, "requests were lost; asking for all of them");
		kernel_scan(f);
	}
}

static void disconnect(struct fenced *f)
{
	struct slot *slot;

	if (!f->cmd.sock)
		return;
	while ((slot = f->slots)) {
		job_abort(slot->job);
		slot_free(slot);
	}
	loop_close(f->loop, &f->rescan_watch);
	f->more = false;
	loop_forget(f->loop, &f->events_watch);
	vcsnl_close(&f->events);
	vcsnl_close(&f->cmd);
}

static int connect_family(struct fenced *f)
{
	struct vcsnl_error e;

	if (f->cmd.sock)
		return 0;
	if (vcsnl_open(&f->events, &e))
		goto fail;
	if (vcsnl_subscribe(&f->events, VCS_GENL_GROUP_FENCE, &e))
		goto close_events;
	if (vcsnl_open(&f->cmd, &e))
		goto close_events;
	loop_watch(f->loop, &f->events_watch, vcsnl_fd(&f->events),
		   events_ready);
	syslog(LOG_INFO, "listening for fence requests");
	kernel_scan(f);
	return 0;

close_events:
	vcsnl_close(&f->events);
fail:
	/* No module yet is no mistake: the controller will say when. */
	syslog(e.err == ENOPROTOOPT ? LOG_INFO : LOG_ERR, "%s", e.text);
	return e.err == ENOPROTOOPT ? 0 : -1;
}

static void on_came(void *arg)
{
	connect_family(arg);
}

static void on_gone(void *arg)
{
	struct fenced *f = arg;

	if (!f->cmd.sock)
		return;
	syslog(LOG_INFO, "the module vcs has gone");
	disconnect(f);
}

/*
 * News of families were lost. The module may have gone and come back, and then
 * nothing is subscribed to any more.
 */
static void look_again(struct fenced *f)
{
	struct vcsnl_error e;

	if (f->cmd.sock) {
		if (genl_ctrl_resolve(f->cmd.sock, VCS_GENL_NAME) !=
		    f->cmd.family ||
		    vcsnl_join(&f->cmd, &f->events, VCS_GENL_GROUP_FENCE, &e))
			disconnect(f);
		else
			kernel_scan(f);
	}
	connect_family(f);
}

static void family_ready(struct watch *watch)
{
	struct fenced *f = (struct fenced *)((char *)watch -
				offsetof(struct fenced, family_watch));
	int ret = vcsnl_family_receive(&f->family);

	if (ret && ret != -EAGAIN)
		look_again(f);
}

int kernel_start(struct fenced *f)
{
	struct vcsnl_error e;

	f->events_watch.fd = -1;
	f->family_watch.fd = -1;
	f->rescan_watch.fd = -1;
	f->family.came = on_came;
	f->family.gone = on_gone;
	f->family.arg = f;
	if (vcsnl_family_watch(&f->family, &e)) {
		syslog(LOG_ERR, "%s", e.text);
		return -1;
	}
	loop_watch(f->loop, &f->family_watch, vcsnl_family_fd(&f->family),
		   family_ready);
	return connect_family(f);
}

void kernel_stop(struct fenced *f)
{
	disconnect(f);
	loop_forget(f->loop, &f->family_watch);
	vcsnl_family_close(&f->family);
}
