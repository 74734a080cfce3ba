/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cluster's key, and what it does to packets. A packet is made, and
 * opened, in place: outer header, message, tag.
 */
#ifndef _CMAN_CRYPTO_H
#define _CMAN_CRYPTO_H

#include <uapi/linux/vcs.h>

#include "wire.h"

struct cman_key {
	u8 bytes[VCS_KEY_LEN];
};

/*
 * Without authentication all nodes have this key, which everybody knows: the
 * tag still finds damage, and a mix of nodes with and without a key is seen
 * for what it is.
 */
extern const struct cman_key cman_no_key;

void cman_key_wipe(struct cman_key *key);

/* 32 bytes as they are, or 64 hexadecimal digits and perhaps a line's end. */
int cman_key_parse(struct cman_key *key, const void *data, size_t len);
bool cman_key_is_usable(const struct cman_key *key);

/* The cluster's name, as packets carry it. */
u64 cman_cluster_digest(const char *name);

/*
 * @packet holds CMAN_OUTER_LEN + @len bytes, with the message behind the
 * header's place, and has room for CMAN_TAG_LEN more. Fills in @outer->nonce.
 */
void cman_seal(const struct cman_key *key, struct cman_outer *outer,
	       u8 *packet, size_t len);

/* On NONE the message stands at @packet + CMAN_OUTER_LEN, *@len long. */
enum cman_drop cman_open(const struct cman_key *key,
			 const struct cman_outer *outer, u8 *packet,
			 size_t packet_len, size_t *len);

#endif /* _CMAN_CRYPTO_H */
