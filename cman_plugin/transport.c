// SPDX-License-Identifier: GPL-2.0-only
/*
 * UDP sockets of the kernel's own, used at the two places where nothing waits
 * for a process: receive in the encapsulation hook, transmit straight into IP.
 *
 * The sockets are bound to every address unless told otherwise, and each
 * packet looks its route up or finds it in the peer's cache, which the routing
 * code invalidates: interfaces and addresses may come and go.
 *
 * Received buffers may be shared, cloned or scattered, and their content is
 * anybody's: they are copied once, into a buffer of this CPU, and only the
 * copy is looked at.
 *
 * Locking: none of its own. Send and the path functions are serialised by the
 * caller with BHs disabled; receive runs in softirq context on any CPU. The
 * pool's own lock makes refill safe beside them. Close waits until no receive
 * runs any more.
 */
#include <kunit/visibility.h>
#include <linux/net.h>
#include <linux/percpu.h>
#include <linux/pkt_sched.h>
#include <linux/udp.h>
#include <net/inet_dscp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "compat.h"
#include "transport.h"

/*
 * When memory is short there is so much for each peer, refilled as soon as a
 * round of heartbeats is gone; half of it is for nothing but heartbeats. What
 * is larger needs memory.
 */
#define POOL_ROUNDS	6
#define POOL_KEPT_ROUNDS	3
#define POOL_ROOM	1024
/* DSCP CS6, network control. */
#define CMAN_TOS	0xc0
#define CMAN_ENCAP_TYPE	1	/* any but 0: there is a hook */
#define CMAN_HEADROOM	(LL_MAX_HEADER + sizeof(struct ipv6hdr) + \
			 sizeof(struct udphdr))

static u8 __percpu *cman_rx_buffers;

/**
 * cman_transport_start() - allocate what all instances share
 *
 * Return: 0 or -ENOMEM.
 */
int cman_transport_start(void)
{
	cman_rx_buffers = __alloc_percpu(CMAN_DATAGRAM_MAX, sizeof(u64));
	return cman_rx_buffers ? 0 : -ENOMEM;
}

/**
 * cman_transport_stop() - undo cman_transport_start(); no transport is open
 */
void cman_transport_stop(void)
{
	free_percpu(cman_rx_buffers);
}

static void source_of(const struct sk_buff *skb, const struct sock *sk,
		      union cman_addr *from)
{
	memset(from, 0, sizeof(*from));
	if (sk->sk_family == AF_INET6) {
		from->in6.sin6_family = AF_INET6;
		from->in6.sin6_addr = ipv6_hdr(skb)->saddr;
		from->in6.sin6_port = udp_hdr(skb)->source;
	} else {
		from->in.sin_family = AF_INET;
		from->in.sin_addr.s_addr = ip_hdr(skb)->saddr;
		from->in.sin_port = udp_hdr(skb)->source;
	}
}

static enum cman_drop copy_out(const struct sk_buff *skb, u8 *buffer, size_t *len)
{
	if (skb->len <= sizeof(struct udphdr))
		return CMAN_DROP_SHORT;
	*len = skb->len - sizeof(struct udphdr);
	if (*len > CMAN_DATAGRAM_MAX)
		return CMAN_DROP_LONG;
	if (skb_copy_bits(skb, sizeof(struct udphdr), buffer, *len))
		return CMAN_DROP_MEMORY;
	return CMAN_DROP_NONE;
}

/* Softirq context; owns @skb, which begins with the UDP header. */
static int cman_encap_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct cman_transport *transport = rcu_dereference_sk_user_data(sk);
	u8 *buffer = this_cpu_ptr(cman_rx_buffers);
	union cman_addr from;
	enum cman_drop drop;
	size_t len;

	if (!transport)
		goto out;
	drop = copy_out(skb, buffer, &len);
	if (drop) {
		transport->receive_bad(transport, drop);
		goto out;
	}
	source_of(skb, sk, &from);
	transport->receive(transport, &from, buffer, len);
out:
	consume_skb(skb);
	return 0;
}

static int open_socket(struct cman_transport *transport, sa_family_t family,
		       struct socket **sock)
{
	struct udp_tunnel_sock_cfg hook = {
		.sk_user_data = transport,
		.encap_type = CMAN_ENCAP_TYPE,
		.encap_rcv = cman_encap_rcv,
	};
	struct udp_port_cfg cfg = {
		.family = family,
		.local_udp_port = transport->port,
		.use_udp_checksums = 1,
		.use_udp6_tx_checksums = 1,
		.use_udp6_rx_checksums = 1,
		.ipv6_v6only = 1,
	};
	int err;

	if (transport->bind.sa.sa_family && transport->bind.sa.sa_family != family)
		return -EADDRNOTAVAIL;
	if (family == AF_INET6)
		cfg.local_ip6 = transport->bind.in6.sin6_addr;
	else
		cfg.local_ip = transport->bind.in.sin_addr;
	err = udp_sock_create(transport->net, &cfg, sock);
	if (err)
		return err;
	sk_set_memalloc((*sock)->sk);
	(*sock)->sk->sk_allocation = sk_gfp_mask((*sock)->sk, GFP_ATOMIC);
	cman_setup_tunnel(transport->net, *sock, &hook);
	return 0;
}

static void close_socket(struct socket *sock)
{
	if (!sock)
		return;
	sk_clear_memalloc(sock->sk);
	cman_release_tunnel(sock);
}

static bool wants_family(const struct cman_join *join, sa_family_t family)
{
	u32 i;

	for (i = 0; i < join->nr_peers; i++) {
		if (join->peers[i].addr.sa.sa_family == family)
			return true;
	}
	return join->bind.sa.sa_family == family;
}

/**
 * cman_transport_open() - bind, and receive from now on
 * @transport: zeroed but for its callbacks
 * @net: where; must outlive the transport
 * @join: port, bind address, and which families the peers use
 *
 * When it fails, one socket may be open: close it all the same.
 *
 * Context: process context, may sleep.
 * Return: 0, -EADDRINUSE, -EADDRNOTAVAIL, -EAFNOSUPPORT, -EPFNOSUPPORT,
 * -ENOMEM.
 */
int cman_transport_open(struct cman_transport *transport, struct net *net,
			const struct cman_join *join)
{
	int err = 0;

	transport->net = net;
	transport->port = htons(join->port);
	transport->bind = join->bind;
	transport->round = join->nr_peers;
	skb_queue_head_init(&transport->pool);
	cman_transport_refill(transport);

	if (wants_family(join, AF_INET) || !wants_family(join, AF_INET6))
		err = open_socket(transport, AF_INET, &transport->sock4);
	if (!err && wants_family(join, AF_INET6))
		err = open_socket(transport, AF_INET6, &transport->sock6);
	return err;
}

/**
 * cman_transport_close() - no receive runs or comes when this returns
 * @transport: nobody sends on it any more
 *
 * Context: process context, may sleep.
 */
void cman_transport_close(struct cman_transport *transport)
{
	close_socket(transport->sock4);
	close_socket(transport->sock6);
	transport->sock4 = NULL;
	transport->sock6 = NULL;
	/* A hook that still ran held on to nothing but an RCU section. */
	synchronize_rcu();
	skb_queue_purge(&transport->pool);
}

static struct sk_buff *new_skb(size_t len, gfp_t gfp)
{
	struct sk_buff *skb;

	skb = alloc_skb(CMAN_HEADROOM + len, gfp | __GFP_NOWARN);
	if (skb)
		skb_reserve(skb, CMAN_HEADROOM);
	return skb;
}

/**
 * cman_transport_refill() - fill the pool for the next shortage
 * @transport: with it or without
 *
 * Context: process context, may sleep.
 */
void cman_transport_refill(struct cman_transport *transport)
{
	struct sk_buff *skb;

	while (skb_queue_len_lockless(&transport->pool) <
	       POOL_ROUNDS * transport->round) {
		skb = new_skb(POOL_ROOM, GFP_NOIO);
		if (!skb)
			return;
		skb_queue_tail(&transport->pool, skb);
	}
}

/**
 * cman_transport_is_low() - is a refill due
 * @transport: whose pool
 *
 * Context: any.
 */
bool cman_transport_is_low(const struct cman_transport *transport)
{
	return skb_queue_len_lockless(&transport->pool) <
	       (POOL_ROUNDS - 1) * transport->round;
}

/* Out of the pool, if it is not kept for something else. */
VISIBLE_IF_KUNIT struct sk_buff *
cman_transport_take(struct cman_transport *transport, bool heartbeat)
{
	u32 kept = heartbeat ? 0 : POOL_KEPT_ROUNDS * transport->round;

	if (skb_queue_len_lockless(&transport->pool) <= kept)
		return NULL;
	return skb_dequeue(&transport->pool);
}

/**
 * cman_transport_alloc() - an empty buffer for one datagram
 * @transport: whose pool to fall back on
 * @len: what it must have room for
 * @heartbeat: it is one, and may have the last buffer
 *
 * Context: BHs disabled.
 * Return: the buffer, or NULL.
 */
struct sk_buff *cman_transport_alloc(struct cman_transport *transport,
				     size_t len, bool heartbeat)
{
	struct sk_buff *skb = new_skb(len, GFP_ATOMIC);

	if (!skb && len <= POOL_ROOM)
		skb = cman_transport_take(transport, heartbeat);
	return skb;
}

static int send4(struct cman_transport *transport, struct cman_path *path,
		 struct sk_buff *skb)
{
	struct sock *sk = transport->sock4->sk;
	struct flowi4 fl = {
		.daddr = path->addr.in.sin_addr.s_addr,
		.flowi4_proto = IPPROTO_UDP,
		.fl4_sport = transport->port,
		.fl4_dport = path->addr.in.sin_port,
	};
	struct rtable *rt;

	rt = dst_cache_get_ip4(&path->cache, &fl.saddr);
	if (!rt) {
		fl.saddr = transport->bind.in.sin_addr.s_addr;
		rt = ip_route_output_flow(transport->net, &fl, sk);
		if (IS_ERR(rt))
			return PTR_ERR(rt);
		dst_cache_set_ip4(&path->cache, &rt->dst, fl.saddr);
	}
	cman_udp_tunnel_xmit_skb(rt, sk, skb, fl.saddr, fl.daddr, CMAN_TOS,
				 ip4_dst_hoplimit(&rt->dst), 0, fl.fl4_sport,
				 fl.fl4_dport, false, false);
	return 0;
}

#if IS_ENABLED(CONFIG_IPV6)
static int send6(struct cman_transport *transport, struct cman_path *path,
		 struct sk_buff *skb)
{
	struct sock *sk = transport->sock6->sk;
	struct flowi6 fl = {
		.daddr = path->addr.in6.sin6_addr,
		.flowi6_proto = IPPROTO_UDP,
		.fl6_sport = transport->port,
		.fl6_dport = path->addr.in6.sin6_port,
	};
	struct dst_entry *dst;

	dst = dst_cache_get_ip6(&path->cache, &fl.saddr);
	if (!dst) {
		fl.saddr = transport->bind.in6.sin6_addr;
		dst = ip6_dst_lookup_flow(transport->net, sk, &fl, NULL);
		if (IS_ERR(dst))
			return PTR_ERR(dst);
		dst_cache_set_ip6(&path->cache, dst, &fl.saddr);
	}
	skb->ignore_df = 1;	/* may be fragmented here */
	cman_udp_tunnel6_xmit_skb(dst, sk, skb, NULL, &fl.saddr, &fl.daddr,
				  CMAN_TOS, ip6_dst_hoplimit(dst), 0,
				  fl.fl6_sport, fl.fl6_dport, false);
	return 0;
}
#else
static int send6(struct cman_transport *transport, struct cman_path *path,
		 struct sk_buff *skb)
{
	return -EAFNOSUPPORT;
}
#endif

/**
 * cman_transport_send() - one datagram to one peer
 * @transport: open
 * @path: to whom
 * @skb: from cman_transport_alloc(), with the datagram in it; consumed
 *
 * Context: BHs disabled, one caller at a time.
 * Return: 0 when it was handed to IP, -EAFNOSUPPORT no socket of the peer's
 * family, or what the route lookup says.
 */
int cman_transport_send(struct cman_transport *transport,
			struct cman_path *path, struct sk_buff *skb)
{
	bool v6 = path->addr.sa.sa_family == AF_INET6;
	int err = -EAFNOSUPPORT;

	skb->priority = TC_PRIO_CONTROL;
	/* A peer that is heard need not be looked for on the link again. */
	skb_set_dst_pending_confirm(skb, READ_ONCE(path->heard));
	WRITE_ONCE(path->heard, false);
	if (v6 && transport->sock6)
		err = send6(transport, path, skb);
	else if (!v6 && transport->sock4)
		err = send4(transport, path, skb);
	if (err)
		kfree_skb(skb);
	return err;
}

/**
 * cman_path_set() - send to this address from now on
 * @path: zeroed before its first use
 * @addr: copied
 * @gfp: for the cache of routes; without it each packet looks its route up
 *
 * Context: as @gfp; serialised with cman_transport_send().
 */
void cman_path_set(struct cman_path *path, const union cman_addr *addr,
		   gfp_t gfp)
{
	if (!path->cache.cache && dst_cache_init(&path->cache, gfp))
		path->cache.cache = NULL;
	path->addr = *addr;
	dst_cache_reset(&path->cache);
}

/**
 * cman_path_clear() - forget the address and let go of the route
 * @path: zeroed, or in use until now
 *
 * Context: any; nobody sends on the path.
 */
void cman_path_clear(struct cman_path *path)
{
	dst_cache_destroy(&path->cache);
	memset(path, 0, sizeof(*path));
}
