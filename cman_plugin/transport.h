/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Datagrams in and out of one cluster instance, in its network namespace.
 */
#ifndef _CMAN_TRANSPORT_H
#define _CMAN_TRANSPORT_H

#include <linux/skbuff.h>
#include <net/dst_cache.h>

#include "config.h"
#include "wire.h"

/* Larger than what the link takes, a datagram is fragmented. */
#define CMAN_DATAGRAM_MAX	CMAN_PACKET_MAX

struct net;
struct socket;

/* The way to a peer; serialised like sending to it. */
struct cman_path {
	union cman_addr addr;		/* sa_family 0: nobody knows */
	struct dst_cache cache;
	bool heard;			/* since the last packet to it; no lock */
};

struct cman_transport {
	struct net *net;		/* no reference: see the namespace's exit */
	struct socket *sock4;
	struct socket *sock6;
	__be16 port;
	union cman_addr bind;
	struct sk_buff_head pool;	/* for when memory is short */
	u32 round;			/* buffers that a heartbeat to all takes */
	/*
	 * Softirq context, BHs disabled. @data is this CPU's alone, may be
	 * written, and holds until the return.
	 */
	void (*receive)(struct cman_transport *transport,
			const union cman_addr *from, u8 *data, size_t len);
	/* The same, for what has no bearable size or source. */
	void (*receive_bad)(struct cman_transport *transport,
			    enum cman_drop drop);
};

/* Once for the module: the buffers in which packets are looked at. */
int cman_transport_start(void);
void cman_transport_stop(void);

int cman_transport_open(struct cman_transport *transport, struct net *net,
			const struct cman_join *join);
void cman_transport_close(struct cman_transport *transport);
void cman_transport_refill(struct cman_transport *transport);

struct sk_buff *cman_transport_alloc(struct cman_transport *transport,
				     size_t len, bool heartbeat);
bool cman_transport_is_low(const struct cman_transport *transport);
int cman_transport_send(struct cman_transport *transport,
			struct cman_path *path, struct sk_buff *skb);

void cman_path_set(struct cman_path *path, const union cman_addr *addr,
		   gfp_t gfp);
void cman_path_clear(struct cman_path *path);

#if IS_ENABLED(CONFIG_KUNIT)
struct sk_buff *cman_transport_take(struct cman_transport *transport,
				    bool heartbeat);
#endif

#endif /* _CMAN_TRANSPORT_H */
