// SPDX-License-Identifier: GPL-2.0-only
/*
 * The daemon's side of the family "vcs". Requests are learned from the group
 * "fence" and, at the start and after lost messages, from dumps; each is
 * accepted, worked on, and answered by the same client. One that is cancelled
 * is dropped at once; that it is still wanted is asked again before each
 * further try, so that a lost message does not matter. The family may come and
 * go with its module: a watch says when.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include "../common/text.h"
#include "fenced.h"

#define RESCAN_MS	1000
#define RESCAN_MAX_MS	30000
#define RESEND_MS	200
#define RESENDS		20

static struct slot *slot_find(struct fenced *f, uint64_t request)
{
	struct slot *slot;

	for (slot = f->slots; slot; slot = slot->next)
		if (slot->ticket.request == request)
			return slot;
	return NULL;
}

static bool node_busy(const struct fenced *f, uint32_t nodeid)
{
	const struct slot *slot;

	for (slot = f->slots; slot; slot = slot->next)
		if (slot->ticket.nodeid == nodeid)
			return true;
	return false;
}

static struct slot *slot_new(struct fenced *f,
			     const struct vcs_fence_request *ticket)
{
	struct slot *slot = calloc(1, sizeof(*slot));

	if (!slot)
		return NULL;
	slot->fenced = f;
	slot->ticket = *ticket;
	slot->resend.fd = -1;
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
	loop_close(f->loop, &slot->resend);
	free(slot);
}

/* 0, or a negative errno, and logged. */
static int send_answer(struct fenced *f, const struct vcs_fence_request *ticket,
		       enum vcs_fence_result result, const char *text)
{
	int ret;

	if (!f->client)
		return 0;
	ret = vcs_client_fence_done(f->client, ticket, result, text);
	if (ret)
		syslog(LOG_WARNING, "%s: node %u: the answer was not taken: %s",
		       ticket->cluster, ticket->nodeid,
		       vcs_client_error(f->client)->text);
	return ret;
}

/* It may pass. When the answer was taken all the same, the next says so. */
static bool passes(int err)
{
	return err == -ENOBUFS || err == -EAGAIN || err == -ENOMEM;
}

static void resend(struct watch *watch);

/* False: it is sent once more, and the slot stays until then. */
static bool answer_slot(struct slot *slot)
{
	struct fenced *f = slot->fenced;
	int ret = send_answer(f, &slot->ticket, slot->result, slot->text);

	if (passes(ret) && slot->resends++ < RESENDS) {
		loop_timer(f->loop, &slot->resend, RESEND_MS, resend);
		return false;
	}
	slot_free(slot);
	return true;
}

/* A slot is free: for those that wait for one. */
static void take_more(struct fenced *f)
{
	if (!f->more)
		return;
	f->more = false;
	kernel_scan(f);
}

static void resend(struct watch *watch)
{
	struct slot *slot = (struct slot *)((char *)watch -
					    offsetof(struct slot, resend));
	struct fenced *f = slot->fenced;

	loop_close(f->loop, watch);
	if (answer_slot(slot))
		take_more(f);
}

static void log_answer(const struct vcs_fence_request *ticket,
		       enum vcs_fence_result result, const char *text)
{
	syslog(result == VCS_FENCE_SUCCESS ? LOG_NOTICE : LOG_ERR,
	       "%s: node %u: %s: %s", ticket->cluster, ticket->nodeid,
	       vcs_word(VCS_A_RESULT, result), text);
}

static void keep_answer(struct slot *slot, enum vcs_fence_result result,
			const char *text)
{
	log_answer(&slot->ticket, result, text);
	slot->job = NULL;
	slot->result = result;
	snprintf(slot->text, sizeof(slot->text), "%s", text);
}

static void on_job(void *arg, const struct vcs_fence_request *ticket,
		   enum vcs_fence_result result, const char *text)
{
	struct slot *slot = arg;
	struct fenced *f = slot->fenced;

	(void)ticket;
	keep_answer(slot, result, text);
	if (answer_slot(slot))
		take_more(f);
}

/* 0, or a negative errno: somebody else has it, or it is over. */
static int accept_request(struct fenced *f, const char *cluster,
			  uint64_t request, struct vcs_fence_request *ticket)
{
	int ret = vcs_client_fence_accept(f->client, cluster, request, ticket);

	text_clean(ticket->reason);
	if (ret && ret != -EBUSY && ret != -ENOENT)
		syslog(LOG_ERR, "%s: cannot accept a request: %s", cluster,
		       vcs_client_error(f->client)->text);
	return ret;
}

struct search {
	uint64_t request;
	bool found;
};

static void on_listed(const struct vcs_message *message, void *arg)
{
	struct search *search = arg;

	if (vcs_message_u64(message, VCS_A_REQUEST) == search->request)
		search->found = true;
}

/* The kernel lists it no more; false also where it could not be asked. */
static bool is_over(struct fenced *f, const char *cluster, uint64_t request)
{
	struct search search = { .request = request };
	int ret;

	vcs_client_begin(f->client, VCS_CMD_GET_FENCE);
	vcs_client_put_string(f->client, VCS_A_CLUSTER, cluster);
	ret = vcs_client_dump(f->client, on_listed, &search);
	return ret == -ENOENT || (!ret && !search.found);
}

static bool is_wanted(void *arg, const struct vcs_fence_request *ticket)
{
	struct slot *slot = arg;

	if (!is_over(slot->fenced, ticket->cluster, ticket->request))
		return true;
	syslog(LOG_NOTICE, "%s: node %u: need not be fenced any more",
	       ticket->cluster, ticket->nodeid);
	return false;
}

static void cancel(struct slot *slot)
{
	if (!slot->job)
		return;
	syslog(LOG_NOTICE, "%s: node %u: need not be fenced any more; its agent is killed",
	       slot->ticket.cluster, slot->ticket.nodeid);
	job_cancel(slot->job);
}

static void on_cancelled(struct fenced *f, const char *cluster,
			 uint64_t request)
{
	struct slot *slot = slot_find(f, request);

	if (slot && !strcmp(slot->ticket.cluster, cluster))
		cancel(slot);
}

/* Words that requests are over may have been lost. */
static void cancel_what_is_over(struct fenced *f)
{
	struct slot *slot;

	for (slot = f->slots; slot; slot = slot->next)
		if (is_over(f, slot->ticket.cluster, slot->ticket.request))
			cancel(slot);
}

static void begin(struct fenced *f, const struct vcs_fence_request *ticket)
{
	struct target *target = config_target(f->config, ticket->nodeid);
	struct slot *slot;

	syslog(LOG_NOTICE, "%s: fencing node %u (%s)", ticket->cluster,
	       ticket->nodeid, ticket->reason);
	slot = slot_new(f, ticket);
	if (!slot) {
		target_free(target);
		log_answer(ticket, VCS_FENCE_FAILED, "out of memory");
		send_answer(f, ticket, VCS_FENCE_FAILED, "out of memory");
		return;
	}
	if (!target) {
		keep_answer(slot, VCS_FENCE_FAILED,
			    "no agent is configured for this node");
		answer_slot(slot);
		return;
	}
	slot->job = job_start(f->loop, ticket, target, is_wanted, on_job,
			      slot);
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
	struct vcs_fence_request ticket;
	int ret;

	if (!config_serves(f->config, cluster) || slot_find(f, request))
		return;
	if (f->nr_slots >= f->config->parallel || node_busy(f, nodeid)) {
		f->more = true;
		return;
	}
	ret = accept_request(f, cluster, request, &ticket);
	if (!ret)
		begin(f, &ticket);
	else if (ret != -EBUSY && ret != -ENOENT)
		rescan_later(f);
}

static void on_message(const struct vcs_message *message, void *arg)
{
	if (vcs_message_cmd(message) == VCS_CMD_FENCE_READY)
		offered(arg, vcs_message_string(message, VCS_A_CLUSTER),
			vcs_message_u64(message, VCS_A_REQUEST),
			vcs_message_u32(message, VCS_A_NODEID));
	else if (vcs_message_cmd(message) == VCS_CMD_FENCE_CANCELLED)
		on_cancelled(arg, vcs_message_string(message, VCS_A_CLUSTER),
			     vcs_message_u64(message, VCS_A_REQUEST));
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

static void on_cluster(const struct vcs_message *message, void *arg)
{
	const char *name = vcs_message_string(message, VCS_A_CLUSTER);
	struct found *found = arg;
	void *larger;

	larger = grow(found, found->clusters, found->nr_clusters,
		      sizeof(*found->clusters));
	if (!larger)
		return;
	found->clusters = larger;
	snprintf(found->clusters[found->nr_clusters++], VCS_NAME_MAX + 1, "%s",
		 name);
}

static void on_fence(const struct vcs_message *message, void *arg)
{
	struct found *found = arg;
	struct request request = {
		.id = vcs_message_u64(message, VCS_A_REQUEST),
		.nodeid = vcs_message_u32(message, VCS_A_NODEID),
	};
	void *larger;

	if (!request.id)
		return;
	larger = grow(found, found->requests, found->nr_requests,
		      sizeof(*found->requests));
	if (!larger)
		return;
	found->requests = larger;
	found->requests[found->nr_requests++] = request;
}

static void scan_cluster(struct fenced *f, struct found *found,
			 const char *cluster)
{
	size_t i;
	int ret;

	found->nr_requests = 0;
	vcs_client_begin(f->client, VCS_CMD_GET_FENCE);
	vcs_client_put_string(f->client, VCS_A_CLUSTER, cluster);
	ret = vcs_client_dump(f->client, on_fence, found);
	if (ret && ret != -ENOENT) {
		syslog(LOG_ERR, "%s: cannot list the fences: %s", cluster,
		       vcs_client_error(f->client)->text);
		rescan_later(f);
	}
	for (i = 0; i < found->nr_requests; i++)
		offered(f, cluster, found->requests[i].id,
			found->requests[i].nodeid);
}

void kernel_scan(struct fenced *f)
{
	struct found found = { 0 };
	size_t i;

	if (!f->client)
		return;
	vcs_client_begin(f->client, VCS_CMD_GET_CLUSTER);
	if (vcs_client_dump(f->client, on_cluster, &found)) {
		syslog(LOG_ERR, "cannot list the clusters: %s",
		       vcs_client_error(f->client)->text);
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

void kernel_hear(struct fenced *f)
{
	int ret = vcs_client_dispatch(f->client, on_message, f);

	if (ret == -ENOBUFS) {
		syslog(LOG_WARNING, "requests were lost; asking for all of them");
		cancel_what_is_over(f);
		kernel_scan(f);
	}
}

static void events_ready(struct watch *watch)
{
	kernel_hear((struct fenced *)((char *)watch -
				      offsetof(struct fenced, events_watch)));
}

static void disconnect(struct fenced *f)
{
	struct slot *slot;

	if (!f->client)
		return;
	while ((slot = f->slots)) {
		if (slot->job)
			job_abort(slot->job);
		slot_free(slot);
	}
	loop_close(f->loop, &f->rescan_watch);
	f->more = false;
	loop_forget(f->loop, &f->events_watch);
	vcs_client_close(f->client);
	f->client = NULL;
}

static int open_client(struct fenced *f, struct vcs_error *e)
{
	int ret = vcs_client_open(&f->client, e);

	if (ret)
		return ret;
	ret = vcs_client_subscribe(f->client, VCS_GENL_GROUP_FENCE);
	if (ret) {
		*e = *vcs_client_error(f->client);
		vcs_client_close(f->client);
		f->client = NULL;
	}
	return ret;
}

static int connect_family(struct fenced *f)
{
	struct vcs_error e;
	int ret;

	/* That may load the module, and something may go in between. */
	do {
		vcs_client_close(f->client);
		ret = open_client(f, &e);
	} while (vcs_watch_dispatch(f->family) > 0);
	if (ret) {
		/* No module yet is no mistake: the watch will say when. */
		syslog(ret == -ENOPROTOOPT ? LOG_INFO : LOG_ERR, "%s", e.text);
		return ret == -ENOPROTOOPT ? 0 : -1;
	}
	loop_watch(f->loop, &f->events_watch, vcs_client_fd(f->client),
		   events_ready);
	syslog(LOG_INFO, "listening for fence requests");
	kernel_scan(f);
	return 0;
}

static void family_ready(struct watch *watch)
{
	struct fenced *f = (struct fenced *)((char *)watch -
				offsetof(struct fenced, family_watch));
	int ret = vcs_watch_dispatch(f->family);

	if (ret < 0)
		syslog(LOG_ERR, "cannot watch for the module vcs: %s",
		       strerror(-ret));
	if (ret <= 0)
		return;
	if (f->client)
		syslog(LOG_INFO, "the module vcs has gone");
	disconnect(f);
	if (vcs_watch_there(f->family))
		connect_family(f);
}

int kernel_start(struct fenced *f)
{
	struct vcs_error e;

	f->events_watch.fd = -1;
	f->family_watch.fd = -1;
	f->rescan_watch.fd = -1;
	if (vcs_watch_open(&f->family, VCS_GENL_NAME, &e)) {
		syslog(LOG_ERR, "%s", e.text);
		return -1;
	}
	loop_watch(f->loop, &f->family_watch, vcs_watch_fd(f->family),
		   family_ready);
	return connect_family(f);
}

void kernel_stop(struct fenced *f)
{
	disconnect(f);
	loop_forget(f->loop, &f->family_watch);
	vcs_watch_close(f->family);
	f->family = NULL;
}
