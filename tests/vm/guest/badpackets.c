// SPDX-License-Identifier: GPL-2.0-only
/*
 * badpackets PORT COUNT KEY: catch a packet of cman on its way in, and send this
 * node COUNT packets of each kind that it must drop, made of that one. Prints
 * the name of each kind's counter.
 *
 * Some are sealed with the cluster's key, which is in the file KEY, as another
 * life of the sender's node: what is wrong is in the message itself. They have
 * sequence numbers of their own, so that the sender's are not used up.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

/* A number and its proposer. */
#define FIRST_BALLOT (1ULL << 32 | 1)

struct caught {
	u8 data[CMAN_PACKET_MAX];
	size_t len;
	struct cman_outer outer;
	struct sockaddr_in to;
};

static u8 buf[65000];
static u8 key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
static int out = -1;
static int count;
static u64 sealed;	/* packets so far */

static int is_packet(const u8 *ip, size_t len, int port, struct caught *c)
{
	const struct iphdr *iph = (const void *)ip;
	const struct udphdr *udp = (const void *)(ip + iph->ihl * 4);

	if (len < sizeof(*iph) + sizeof(*udp) || iph->protocol != IPPROTO_UDP ||
	    iph->frag_off & htons(0x3fff) || udp->dest != htons(port))
		return 0;
	c->len = ntohs(udp->len) - sizeof(*udp);
	if (c->len > sizeof(c->data) || c->len < CMAN_OUTER_LEN)
		return 0;
	memcpy(c->data, udp + 1, c->len);
	c->to.sin_family = AF_INET;
	c->to.sin_port = udp->dest;
	c->to.sin_addr.s_addr = iph->daddr;
	return !cman_outer_decode(&c->outer, get_unaligned_le64(c->data + 8),
				  c->data, c->len);
}

static void catch(struct caught *c, int port)
{
	int in = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
	ssize_t len;

	if (in < 0)
		err(1, "packet socket");
	do {
		len = recv(in, buf, sizeof(buf), 0);
		if (len < 0)
			err(1, "recv");
	} while (!is_packet(buf, len, port, c));
	close(in);
}

static void send_kind(const char *counter, const struct caught *c, size_t len)
{
	int i;

	for (i = 0; i < count; i++)
		if (sendto(out, buf, len, 0, (const void *)&c->to,
			   sizeof(c->to)) != (ssize_t)len)
			err(1, "%s: sendto", counter);
	puts(counter);
}

static u8 *fresh(const struct caught *c)
{
	return memcpy(buf, c->data, c->len);
}

static void send_header(const char *counter, const struct caught *c,
			const struct cman_outer *outer)
{
	cman_outer_encode(outer, fresh(c));
	send_kind(counter, c, c->len);
}

static void send_all(const struct caught *c)
{
	struct cman_outer outer;

	fresh(c);
	send_kind("replay", c, c->len);
	send_kind("short", c, 1);
	send_kind("short", c, CMAN_OUTER_LEN + CMAN_TAG_LEN);
	send_kind("long", c, CMAN_PACKET_MAX + 1);
	send_kind("long", c, sizeof(buf));
	fresh(c)[0] ^= 1;
	send_kind("magic", c, c->len);
	fresh(c)[4] ^= 0x80;
	send_kind("version", c, c->len);
	fresh(c)[5] ^= 1;
	send_kind("range", c, c->len);

	outer = c->outer;
	outer.cluster ^= 1;
	send_header("cluster", c, &outer);
	outer = c->outer;
	outer.seq = 0;
	send_header("range", c, &outer);
	outer = c->outer;
	outer.nodeid = 0xfffffff0;
	send_header("sender", c, &outer);

	outer = c->outer;
	outer.seq += 1000;
	send_header("auth", c, &outer);
	outer = c->outer;
	outer.incarnation ^= 1;
	send_header("auth", c, &outer);
	fresh(c)[c->len - 1] ^= 1;
	send_kind("auth", c, c->len);
	fresh(c)[CMAN_OUTER_LEN] ^= 1;
	send_kind("auth", c, c->len);
	fresh(c);
	send_kind("auth", c, c->len - 1);
	send_kind("auth", c, c->len + 1);
}

/* The message stands in buf, behind the header's place. */
static void send_sealed(const struct caught *c, size_t len)
{
	struct cman_outer outer = c->outer;
	u8 sent[CMAN_PACKET_MAX];
	u8 *to = sent + CMAN_OUTER_LEN;

	outer.incarnation ^= 1;
	outer.seq = ++sealed;
	randombytes_buf(outer.nonce, sizeof(outer.nonce));
	cman_outer_encode(&outer, sent);
	crypto_aead_xchacha20poly1305_ietf_encrypt(to, NULL, buf + CMAN_OUTER_LEN,
						   len, sent, CMAN_OUTER_LEN,
						   NULL, outer.nonce, key);
	len += CMAN_OUTER_LEN + CMAN_TAG_LEN;
	if (sendto(out, sent, len, 0, (const void *)&c->to, sizeof(c->to)) !=
	    (ssize_t)len)
		err(1, "sendto");
}

static void send_message(const char *counter, const struct caught *c,
			 const struct cman_msg *msg, int more)
{
	size_t len = cman_msg_encode(msg, buf + CMAN_OUTER_LEN, CMAN_MSG_MAX);
	int i;

	if (!len)
		errx(1, "%s: no such message", counter);
	for (i = 0; i < count; i++)
		send_sealed(c, len + more);
	puts(counter);
}

/* What only a node that has the key can say, to the coordinator of a view. */
static void send_all_sealed(const struct caught *c)
{
	struct cman_msg hello = { .type = CMAN_MSG_HELLO };
	struct cman_msg no_role = { .type = CMAN_MSG_HELLO, .role = 0xff };
	/* Of a lifetime, and for an incarnation, that nobody has. */
	struct cman_msg prepare = { .type = CMAN_MSG_PREPARE, .slot = 1,
				    .ballot = FIRST_BALLOT };
	struct cman_msg no_slot = { .type = CMAN_MSG_PREPARE,
				    .ballot = FIRST_BALLOT };
	struct cman_msg challenge = { .type = CMAN_MSG_CHALLENGE, .nonce = 1 };
	struct cman_msg form = { .type = CMAN_MSG_FORM_PREPARE,
				 .ballot = FIRST_BALLOT };
	struct cman_msg join = { .type = CMAN_MSG_JOIN };
	int i;

	buf[CMAN_OUTER_LEN] = CMAN_MSG_END;
	for (i = 0; i < count; i++)
		send_sealed(c, 1);
	puts("type");
	send_message("short", c, &hello, -1);
	send_message("long", c, &hello, 1);
	send_message("range", c, &no_role, 0);
	send_message("range", c, &no_slot, 0);
	send_message("lifetime", c, &prepare, 0);
	send_message("stale", c, &challenge, 0);
	send_message("state", c, &form, 0);

	/* All options are 0 here: one is good, and makes the joiner known. */
	send_sealed(c, cman_msg_encode(&hello, buf + CMAN_OUTER_LEN,
				       CMAN_MSG_MAX));
	send_message("options", c, &join, 0);
}

static void read_key(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file || fread(key, sizeof(key), 1, file) != 1)
		err(1, "%s", path);
	fclose(file);
}

int main(int argc, char **argv)
{
	static struct caught c;

	if (argc != 4)
		errx(2, "usage: badpackets PORT COUNT KEY");
	count = atoi(argv[2]);
	read_key(argv[3]);
	out = socket(AF_INET, SOCK_DGRAM, 0);
	if (out < 0)
		err(1, "socket");
	catch(&c, atoi(argv[1]));
	send_all(&c);
	send_all_sealed(&c);
	return 0;
}
