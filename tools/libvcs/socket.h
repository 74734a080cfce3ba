/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One socket to a generic netlink family: messages out of one buffer, answers
 * into another, errors in the kernel's own words. Never waits, and allocates
 * only to open. Inside the library alone.
 */
#ifndef LIBVCS_SOCKET_H
#define LIBVCS_SOCKET_H

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include "libvcs.h"

/* A view, or what is told to who claims, with 1024 of all: 83 KiB. */
#define VCSI_BUFFER	(128 * 1024)

struct vcsi_socket;

/* A message from the kernel. */
typedef void (*vcsi_fn)(const struct nlmsghdr *nlh, void *arg);

/* What is called how; for errors. */
struct vcsi_names {
	const char *family;
	const char *missing;		/* what to say without the family */
	/* Of an attribute, and of one within a nested one; NULL unknown. */
	const char *(*attr)(unsigned int type);
	const char *(*nested)(unsigned int type);
};

extern const struct vcsi_names vcsi_switch_names;
extern const struct vcsi_names vcsi_bridge_names;

struct vcsi_socket {
	struct nl_sock *nl;
	int fd;
	int family;		/* 0: not known */
	int type;		/* of what comes by itself, if another */
	const char *wanted;	/* the name of a group, and its number; 0 none */
	uint32_t group;
	uint32_t seq;		/* of the last message sent; never 0 */
	const struct vcsi_names *names;
	struct nl_msg *tx;
	void *rx;
	bool full;		/* the message being made did not fit */
	bool worded;		/* the kernel said why it refused the last one */
	bool overrun;		/* since it was cleared, the buffer was full */
	vcsi_fn other;		/* what answers nothing; NULL dropped */
	void *arg;		/* for @other */
	struct vcs_error error;
};

/* Closed by vcsi_close() whatever is returned. */
int vcsi_open(struct vcsi_socket *s, const struct vcsi_names *names);
void vcsi_close(struct vcsi_socket *s);
/* A larger receive buffer, @beyond what the administrator allows as well. */
void vcsi_buffer(struct vcsi_socket *s, bool beyond);
/* Listen to a group of a family. */
int vcsi_join(struct vcsi_socket *s, const char *group);
/* Ask for the family's number; @load: have its module loaded. */
int vcsi_resolve(struct vcsi_socket *s, bool load);

/* What an errno means; unlike strerror(), without looking for a translation. */
const char *vcsi_strerror(int err);
int vcsi_fail(struct vcsi_socket *s, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A message, made in place of the last one. */
void vcsi_begin(struct vcsi_socket *s, int cmd);
void vcsi_put(struct vcsi_socket *s, int type, const void *data, size_t len);
void vcsi_put_u8(struct vcsi_socket *s, int type, uint8_t value);
void vcsi_put_u32(struct vcsi_socket *s, int type, uint32_t value);
void vcsi_put_u64(struct vcsi_socket *s, int type, uint64_t value);
void vcsi_put_string(struct vcsi_socket *s, int type, const char *value);
struct nlattr *vcsi_nest(struct vcsi_socket *s, int type);
void vcsi_nest_end(struct vcsi_socket *s, struct nlattr *nest);
/* It asks for a dump. */
void vcsi_dump(struct vcsi_socket *s);
/* Sends it and takes the answer: @fn for each message, may be NULL. */
int vcsi_call(struct vcsi_socket *s, vcsi_fn fn, void *arg);
/* The message is forgotten. */
void vcsi_wipe(struct vcsi_socket *s);
/* What has come by itself, one packet: @other is called. -EAGAIN nothing. */
int vcsi_receive(struct vcsi_socket *s);

/* The attributes of a message of the family; -EPROTO it is malformed. */
int vcsi_parse(const struct nlmsghdr *nlh, struct nlattr **attrs, int max);
/* 0 for what is not there, or not of this length. */
uint32_t vcsi_u32(const struct nlattr *attr);
uint64_t vcsi_u64(const struct nlattr *attr);

#endif
