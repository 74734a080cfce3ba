// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets are sealed and opened, key files read; whatever is not exactly what
 * a node with the key sent is refused.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/string.h>

#include "cman_plugin/crypto.h"
#include "cman_plugin/replay.h"

#define MESSAGE "a message of some length, to be kept as it is"
#define MESSAGE_LEN (sizeof(MESSAGE) - 1)
#define PACKET_LEN (CMAN_OUTER_LEN + MESSAGE_LEN + CMAN_TAG_LEN)

static const struct cman_key key_a = { .bytes = { 1, 2, 3 } };
static const struct cman_key key_b = { .bytes = { 1, 2, 4 } };

static const struct cman_outer sent = {
	.cluster = 0x1122334455667788, .nodeid = 7, .incarnation = 99, .seq = 5,
};

static void seal(const struct cman_key *key, u8 *packet)
{
	struct cman_outer outer = sent;

	memset(packet, 0, PACKET_LEN);
	memcpy(packet + CMAN_OUTER_LEN, MESSAGE, MESSAGE_LEN);
	cman_seal(key, &outer, packet, MESSAGE_LEN);
}

/* What the receiver does. */
static enum cman_drop open_packet(const struct cman_key *key, u8 *packet,
				  size_t packet_len, struct cman_outer *outer,
				  size_t *len)
{
	enum cman_drop drop = cman_outer_decode(outer, sent.cluster, packet,
						packet_len);

	return drop ?: cman_open(key, outer, packet, packet_len, len);
}

static void round_trip_test(struct kunit *test)
{
	struct cman_outer outer;
	u8 packet[PACKET_LEN];
	size_t len = 0;

	seal(&key_a, packet);
	KUNIT_EXPECT_NE(test, 0, memcmp(packet + CMAN_OUTER_LEN, MESSAGE,
					MESSAGE_LEN));
	KUNIT_EXPECT_EQ(test, CMAN_DROP_NONE,
			open_packet(&key_a, packet, PACKET_LEN, &outer, &len));
	KUNIT_EXPECT_EQ(test, len, MESSAGE_LEN);
	KUNIT_EXPECT_EQ(test, 0, memcmp(packet + CMAN_OUTER_LEN, MESSAGE, len));
	KUNIT_EXPECT_EQ(test, outer.nodeid, sent.nodeid);
	KUNIT_EXPECT_EQ(test, outer.incarnation, sent.incarnation);
	KUNIT_EXPECT_EQ(test, outer.seq, sent.seq);
}

/* Every message has a type, at least. */
static void empty_message_test(struct kunit *test)
{
	u8 packet[CMAN_OUTER_LEN + CMAN_TAG_LEN] = {};
	struct cman_outer outer = sent;
	size_t len;

	cman_seal(&key_a, &outer, packet, 0);
	KUNIT_EXPECT_EQ(test, CMAN_DROP_SHORT,
			open_packet(&key_a, packet, sizeof(packet), &outer,
				    &len));
}

/* Neither the header nor the message nor the tag may change by one bit. */
static void tampered_test(struct kunit *test)
{
	u8 packet[PACKET_LEN], changed[PACKET_LEN];
	struct cman_outer outer;
	size_t len, i;
	int bit;

	seal(&key_a, packet);
	for (i = 0; i < PACKET_LEN; i++) {
		for (bit = 0; bit < 8; bit++) {
			memcpy(changed, packet, PACKET_LEN);
			changed[i] ^= BIT(bit);
			KUNIT_EXPECT_NE_MSG(test, CMAN_DROP_NONE,
					    open_packet(&key_a, changed,
							PACKET_LEN, &outer,
							&len),
					    "bit %d of byte %zu", bit, i);
		}
	}
}

static void truncated_test(struct kunit *test)
{
	u8 packet[PACKET_LEN], cut[PACKET_LEN];
	struct cman_outer outer;
	size_t len, i;

	seal(&key_a, packet);
	for (i = 0; i < PACKET_LEN; i++) {
		memcpy(cut, packet, PACKET_LEN);
		KUNIT_EXPECT_NE_MSG(test, CMAN_DROP_NONE,
				    open_packet(&key_a, cut, i, &outer, &len),
				    "%zu of %zu bytes", i, PACKET_LEN);
	}
}

static void wrong_key_test(struct kunit *test)
{
	struct cman_outer outer;
	u8 packet[PACKET_LEN];
	size_t len;

	seal(&key_a, packet);
	KUNIT_EXPECT_EQ(test, CMAN_DROP_AUTH,
			open_packet(&key_b, packet, PACKET_LEN, &outer, &len));
	seal(&cman_no_key, packet);
	KUNIT_EXPECT_EQ(test, CMAN_DROP_AUTH,
			open_packet(&key_a, packet, PACKET_LEN, &outer, &len));
	seal(&key_a, packet);
	KUNIT_EXPECT_EQ(test, CMAN_DROP_AUTH,
			open_packet(&cman_no_key, packet, PACKET_LEN, &outer,
				    &len));
}

/* The same message twice makes two packets that have nothing in common. */
static void fresh_nonce_test(struct kunit *test)
{
	u8 one[PACKET_LEN], two[PACKET_LEN];
	struct cman_outer a, b;
	size_t len;

	seal(&key_a, one);
	seal(&key_a, two);
	KUNIT_EXPECT_NE(test, 0, memcmp(one + CMAN_OUTER_LEN,
					two + CMAN_OUTER_LEN, MESSAGE_LEN));
	KUNIT_ASSERT_EQ(test, CMAN_DROP_NONE,
			open_packet(&key_a, one, PACKET_LEN, &a, &len));
	KUNIT_ASSERT_EQ(test, CMAN_DROP_NONE,
			open_packet(&key_a, two, PACKET_LEN, &b, &len));
	KUNIT_EXPECT_NE(test, 0, memcmp(a.nonce, b.nonce, sizeof(a.nonce)));
}

/* A recording of an authentic packet opens, and is known for what it is. */
static void replay_test(struct kunit *test)
{
	struct cman_replay replay = {};
	u8 packet[PACKET_LEN], again[PACKET_LEN];
	struct cman_outer outer;
	size_t len;

	seal(&key_a, packet);
	memcpy(again, packet, PACKET_LEN);
	KUNIT_ASSERT_EQ(test, CMAN_DROP_NONE,
			open_packet(&key_a, packet, PACKET_LEN, &outer, &len));
	KUNIT_EXPECT_TRUE(test, cman_replay_accept(&replay, outer.incarnation,
						   outer.incarnation,
						   outer.seq));
	KUNIT_ASSERT_EQ(test, CMAN_DROP_NONE,
			open_packet(&key_a, again, PACKET_LEN, &outer, &len));
	KUNIT_EXPECT_FALSE(test, cman_replay_accept(&replay, outer.incarnation,
						    outer.incarnation,
						    outer.seq));
}

static void digest_test(struct kunit *test)
{
	/* A constant: it must not differ between machines or releases. */
	KUNIT_EXPECT_EQ(test, cman_cluster_digest("alpha"),
			cman_cluster_digest("alpha"));
	KUNIT_EXPECT_NE(test, cman_cluster_digest("alpha"),
			cman_cluster_digest("alphb"));
	KUNIT_EXPECT_NE(test, cman_cluster_digest("alpha"),
			cman_cluster_digest("alph"));
}

#define HEX_KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eFf"

static void key_file_test(struct kunit *test)
{
	struct cman_key key, raw;

	KUNIT_EXPECT_EQ(test, 0, cman_key_parse(&key, HEX_KEY, 64));
	KUNIT_EXPECT_EQ(test, key.bytes[1], 1);
	KUNIT_EXPECT_EQ(test, key.bytes[31], 0xff);
	KUNIT_EXPECT_EQ(test, 0, cman_key_parse(&raw, key.bytes, 32));
	KUNIT_EXPECT_EQ(test, 0, memcmp(&raw, &key, sizeof(key)));
	KUNIT_EXPECT_EQ(test, 0, cman_key_parse(&raw, HEX_KEY "\n", 65));
	KUNIT_EXPECT_EQ(test, 0, memcmp(&raw, &key, sizeof(key)));
}

static void bad_key_file_test(struct kunit *test)
{
	static const char zeros[64] = {};
	struct cman_key key;

	KUNIT_EXPECT_EQ(test, -EINVAL, cman_key_parse(&key, HEX_KEY, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, cman_key_parse(&key, HEX_KEY, 31));
	KUNIT_EXPECT_EQ(test, -EINVAL, cman_key_parse(&key, HEX_KEY, 33));
	KUNIT_EXPECT_EQ(test, -EINVAL, cman_key_parse(&key, HEX_KEY, 63));
	KUNIT_EXPECT_EQ(test, -EINVAL, cman_key_parse(&key, HEX_KEY "0", 65));
	KUNIT_EXPECT_EQ(test, -EINVAL, cman_key_parse(&key, HEX_KEY "\n\n", 66));
	KUNIT_EXPECT_EQ(test, -EINVAL, cman_key_parse(&key, "x" HEX_KEY, 64));
	KUNIT_EXPECT_FALSE(test, cman_key_is_usable(&key));
	KUNIT_EXPECT_EQ(test, -EINVAL, cman_key_parse(&key, zeros, 32));
}

static struct kunit_case cman_crypto_cases[] = {
	KUNIT_CASE(round_trip_test),
	KUNIT_CASE(empty_message_test),
	KUNIT_CASE(tampered_test),
	KUNIT_CASE(truncated_test),
	KUNIT_CASE(wrong_key_test),
	KUNIT_CASE(fresh_nonce_test),
	KUNIT_CASE(replay_test),
	KUNIT_CASE(digest_test),
	KUNIT_CASE(key_file_test),
	KUNIT_CASE(bad_key_file_test),
	{}
};

static struct kunit_suite cman_crypto_suite = {
	.name = "cman_crypto",
	.test_cases = cman_crypto_cases,
};

kunit_test_suite(cman_crypto_suite);

MODULE_DESCRIPTION("KUnit suite for the sealing of cman's packets");
MODULE_LICENSE("GPL");
