// SPDX-License-Identifier: GPL-2.0-only
/*
 * XChaCha20-Poly1305 over the message, with the outer header as associated
 * data. Nonces are random and long enough never to meet again, so that no
 * state has to survive a restart. Any context with BHs disabled or enabled;
 * the library chooses what the context allows. No lock: keys do not change
 * while packets flow.
 */
#include <crypto/chacha20poly1305.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/string.h>

#include "compat.h"
#include "crypto.h"

static_assert(CHACHA20POLY1305_KEY_SIZE == VCS_KEY_LEN);
static_assert(CHACHA20POLY1305_AUTHTAG_SIZE == CMAN_TAG_LEN);
static_assert(XCHACHA20POLY1305_NONCE_SIZE == CMAN_NONCE_LEN);

const struct cman_key cman_no_key;

void cman_key_wipe(struct cman_key *key)
{
	memzero_explicit(key, sizeof(*key));
}

bool cman_key_is_usable(const struct cman_key *key)
{
	return memchr_inv(key->bytes, 0, sizeof(key->bytes));
}

/**
 * cman_key_parse() - the content of a key file
 * @key: overwritten; zero unless it succeeds
 * @data: what the file holds
 * @len: how much
 *
 * Return: 0, or -EINVAL for anything but a key.
 */
int cman_key_parse(struct cman_key *key, const void *data, size_t len)
{
	const char *text = data;

	cman_key_wipe(key);
	if (len == VCS_KEY_LEN) {
		memcpy(key->bytes, data, len);
	} else {
		if (len == 2 * VCS_KEY_LEN + 1 && text[len - 1] == '\n')
			len--;
		if (len != 2 * VCS_KEY_LEN ||
		    hex2bin(key->bytes, text, VCS_KEY_LEN)) {
			cman_key_wipe(key);
			return -EINVAL;
		}
	}
	return cman_key_is_usable(key) ? 0 : -EINVAL;
}

u64 cman_cluster_digest(const char *name)
{
	/* Not a secret: it tells clusters apart, the key keeps them apart. */
	static const siphash_key_t digest_key;

	return siphash(name, strlen(name), &digest_key);
}

void cman_seal(const struct cman_key *key, struct cman_outer *outer,
	       u8 *packet, size_t len)
{
	u8 *message = packet + CMAN_OUTER_LEN;

	get_random_bytes(outer->nonce, sizeof(outer->nonce));
	cman_outer_encode(outer, packet);
	xchacha20poly1305_encrypt(message, message, len, packet, CMAN_OUTER_LEN,
				  outer->nonce, key->bytes);
}

enum cman_drop cman_open(const struct cman_key *key,
			 const struct cman_outer *outer, u8 *packet,
			 size_t packet_len, size_t *len)
{
	u8 *message = packet + CMAN_OUTER_LEN;

	if (packet_len < CMAN_OUTER_LEN + CMAN_TAG_LEN)
		return CMAN_DROP_SHORT;
	if (!xchacha20poly1305_decrypt(message, message,
				       packet_len - CMAN_OUTER_LEN, packet,
				       CMAN_OUTER_LEN, outer->nonce,
				       key->bytes))
		return CMAN_DROP_AUTH;
	*len = packet_len - CMAN_OUTER_LEN - CMAN_TAG_LEN;
	return CMAN_DROP_NONE;
}
