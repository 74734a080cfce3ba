// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The switch, for who asks it: one socket for questions and answers, and from
 * the first subscription on another for events, so that neither is in the way
 * of the other.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include "message.h"
#include "socket.h"

struct vcs_client {
	struct vcsi_socket calls;	/* its error is the client's */
	struct vcsi_socket events;
	bool subscribed;
	bool dispatching;
};

struct delivery {
	vcs_message_fn fn;
	void *arg;
};

static const struct nlattr *attr_of(const struct vcs_message *message,
				    unsigned int attr)
{
	return attr <= VCS_A_MAX ? message->attrs[attr] : NULL;
}

int vcs_message_cmd(const struct vcs_message *message)
{
	return message->cmd;
}

bool vcs_message_has(const struct vcs_message *message, enum vcs_attr attr)
{
	return attr_of(message, attr);
}

const char *vcs_message_string(const struct vcs_message *message,
			       enum vcs_attr attr)
{
	const struct nlattr *value = attr_of(message, attr);
	int len = value ? nla_len(value) : 0;

	if (!len || ((char *)nla_data(value))[len - 1])
		return "";
	return nla_data(value);
}

uint32_t vcs_message_u32(const struct vcs_message *message, enum vcs_attr attr)
{
	return vcsi_u32(attr_of(message, attr));
}

uint64_t vcs_message_u64(const struct vcs_message *message, enum vcs_attr attr)
{
	return vcsi_u64(attr_of(message, attr));
}

bool vcs_message_true(const struct vcs_message *message, enum vcs_attr attr)
{
	const struct nlattr *value = attr_of(message, attr);

	return value && (!nla_len(value) || nla_get_u8(value));
}

const void *vcs_message_data(const struct vcs_message *message,
			     enum vcs_attr attr, size_t *len)
{
	const struct nlattr *value = attr_of(message, attr);

	*len = value ? nla_len(value) : 0;
	return value ? nla_data(value) : NULL;
}

static void deliver(const struct nlmsghdr *nlh, void *arg)
{
	struct delivery *delivery = arg;
	struct vcs_message message;

	if (!delivery->fn || vcsi_parse(nlh, message.attrs, VCS_A_MAX))
		return;
	message.cmd = ((struct genlmsghdr *)nlmsg_data(nlh))->cmd;
	delivery->fn(&message, delivery->arg);
}

int vcs_client_open(struct vcs_client **client, struct vcs_error *e)
{
	struct vcs_client *new = calloc(1, sizeof(*new));
	int ret;

	*client = NULL;
	if (!new) {
		if (e)
			*e = (struct vcs_error){ ENOMEM, "", "out of memory" };
		return -ENOMEM;
	}
	ret = vcsi_open(&new->calls, &vcsi_switch_names);
	if (!ret)
		ret = vcsi_resolve(&new->calls, true);
	if (ret) {
		if (e)
			*e = new->calls.error;
		vcs_client_close(new);
		return ret;
	}
	*client = new;
	return 0;
}

void vcs_client_close(struct vcs_client *client)
{
	if (!client)
		return;
	vcsi_close(&client->calls);
	if (client->subscribed)
		vcsi_close(&client->events);
	free(client);
}

const struct vcs_error *vcs_client_error(const struct vcs_client *client)
{
	return &client->calls.error;
}

void vcs_client_begin(struct vcs_client *client, enum vcs_cmd cmd)
{
	vcsi_begin(&client->calls, cmd);
}

void vcs_client_put_string(struct vcs_client *client, enum vcs_attr attr,
			   const char *value)
{
	vcsi_put_string(&client->calls, attr, value);
}

void vcs_client_put_u32(struct vcs_client *client, enum vcs_attr attr,
			uint32_t value)
{
	vcsi_put_u32(&client->calls, attr, value);
}

void vcs_client_put_u64(struct vcs_client *client, enum vcs_attr attr,
			uint64_t value)
{
	vcsi_put_u64(&client->calls, attr, value);
}

void vcs_client_put_data(struct vcs_client *client, enum vcs_attr attr,
			 const void *data, size_t len)
{
	vcsi_put(&client->calls, attr, data, len);
}

int vcs_client_call(struct vcs_client *client, vcs_message_fn fn, void *arg)
{
	struct delivery delivery = { fn, arg };
	int ret = vcsi_call(&client->calls, deliver, &delivery);

	vcsi_wipe(&client->calls);
	return ret;
}

int vcs_client_dump(struct vcs_client *client, vcs_message_fn fn, void *arg)
{
	vcsi_dump(&client->calls);
	return vcs_client_call(client, fn, arg);
}

/* What the socket for events said is the client's error too. */
static int because_events(struct vcs_client *client, int ret)
{
	client->calls.error = client->events.error;
	return ret;
}

int vcs_client_subscribe(struct vcs_client *client, const char *group)
{
	int ret;

	if (!client->subscribed) {
		ret = vcsi_open(&client->events, &vcsi_switch_names);
		if (ret) {
			because_events(client, ret);
			vcsi_close(&client->events);
			return ret;
		}
		vcsi_buffer(&client->events, false);
		client->subscribed = true;
	}
	return because_events(client, vcsi_join(&client->events, group));
}

int vcs_client_fd(const struct vcs_client *client)
{
	return client->subscribed ? client->events.fd : -1;
}

int vcs_client_dispatch(struct vcs_client *client, vcs_message_fn fn,
			void *arg)
{
	struct vcsi_socket *s = &client->events;
	struct delivery delivery = { fn, arg };
	int ret = 0;

	if (!client->subscribed)
		return vcsi_fail(&client->calls, ENOTCONN, "not subscribed");
	if (client->dispatching)
		return vcsi_fail(&client->calls, EDEADLK,
				 "not to be called from a callback");
	client->dispatching = true;
	s->overrun = false;
	s->other = deliver;
	s->arg = &delivery;
	while (!ret)
		ret = vcsi_receive(s);
	s->other = NULL;
	client->dispatching = false;
	if (ret != -EAGAIN)
		return because_events(client, ret);
	client->calls.error.err = 0;
	if (s->overrun)
		return vcsi_fail(&client->calls, ENOBUFS, "events were lost");
	return 0;
}
