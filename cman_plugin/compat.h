/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels, 6.1 being the one written for: asked of the
 * headers where they can tell, else of the version.
 */
#ifndef _CMAN_COMPAT_H
#define _CMAN_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/version.h>
#include <net/udp_tunnel.h>

/* linux/kernel.h need not bring the one, no architecture has the other. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/hex.h>
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/* Since 6.13 a timer is told its function with the rest. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void
cman_hrtimer_setup(struct hrtimer *timer,
		   enum hrtimer_restart (*function)(struct hrtimer *timer),
		   clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#else
#define cman_hrtimer_setup hrtimer_setup
#endif

/* What the tunnel code takes for a socket: its struct socket, or the sock. */
#define cman_tunnel_socket(function, type, socket)			\
	__builtin_choose_expr(__same_type(function, type), (socket)->sk, socket)

static inline void cman_setup_tunnel(struct net *net, struct socket *socket,
				     struct udp_tunnel_sock_cfg *cfg)
{
	setup_udp_tunnel_sock(net,
			      cman_tunnel_socket(setup_udp_tunnel_sock,
						 void(struct net *, struct sock *,
						      struct udp_tunnel_sock_cfg *),
						 socket), cfg);
}

static inline void cman_release_tunnel(struct socket *socket)
{
	udp_tunnel_sock_release(cman_tunnel_socket(udp_tunnel_sock_release,
						   void(struct sock *), socket));
}

/* Since 6.17 they take flags for the IP layer, of which none is needed. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define cman_udp_tunnel_xmit_skb udp_tunnel_xmit_skb
#define cman_udp_tunnel6_xmit_skb udp_tunnel6_xmit_skb
#else
#define cman_udp_tunnel_xmit_skb(...) udp_tunnel_xmit_skb(__VA_ARGS__, 0)
#define cman_udp_tunnel6_xmit_skb(...) udp_tunnel6_xmit_skb(__VA_ARGS__, 0)
#endif

#endif /* _CMAN_COMPAT_H */
