// SPDX-License-Identifier: GPL-2.0-only
/*
 * seeds DIRECTORY: write what the fuzzer begins with. One well-formed message
 * of each type, to each way in; a batch of records and a view. See wire_fuzz.c
 * for the bytes in front; lifetime, generation and slot are those of its member.
 */
#include <err.h>
#include <stdio.h>
#include <unistd.h>
#include "wire.h"

#define NODE2	2	/* its first life */
#define MS	10

static void save(const char *name, int type, u8 way, bool framed, const u8 *data,
		 size_t len)
{
	const u8 head[] = { way, NODE2, MS, (u8)len };
	char path[32];
	FILE *file;

	if (framed && len > 255)
		errx(1, "%s-%d does not fit into a frame", name, type);
	snprintf(path, sizeof(path), "seed-%s-%d", name, type);
	file = fopen(path, "w");
	if (!file || !fwrite(head, framed ? sizeof(head) : 1, 1, file) ||
	    !fwrite(data, len, 1, file) || fclose(file))
		err(1, "%s", path);
}

static size_t batch(u8 *buf, size_t max)
{
	const struct cman_record record = {
		.nodeid = 2, .seq = 1, .data = (const u8 *)"seed", .len = 4,
	};
	size_t len = cman_batch_start(buf);

	if (!cman_batch_add(buf, &len, max, &record))
		errx(1, "no room for a record");
	return len;
}

static size_t view(u8 *buf, size_t max)
{
	static const struct cman_state state = {
		.lifetime = { .id = { 1 } }, .generation = 2, .nr_members = 2,
		.members = {
			{ .nodeid = 1, .incarnation = 1, .joined_generation = 1 },
			{ .nodeid = 2, .incarnation = 1, .joined_generation = 2 },
		},
	};

	return cman_state_encode(&state, buf, max);
}

int main(int argc, char **argv)
{
	static u8 value[CMAN_VALUE_MAX], buf[CMAN_MSG_MAX];
	struct cman_msg msg = {
		.role = CMAN_ROLE_MEMBER, .code = 1, .lifetime = { .id = { 1 } },
		.generation = 2, .slot = 3, .ballot = 9ULL << 32 | 2,
		.ballot_incarnation = 1, .accepted = 1, .accepted_incarnation = 1,
		.incarnation = 1, .nonce = 1, .attest = { .load_id = 2 },
		.value = value,
	};
	size_t len;

	if (argc != 2 || chdir(argv[1]))
		err(2, "usage: seeds DIRECTORY");
	save("view", 0, 1, false, value, view(value, sizeof(value)));
	msg.value_len = batch(value, sizeof(value));
	save("batch", 0, 1, false, value, msg.value_len);
	for (msg.type = 1; msg.type < CMAN_MSG_END; msg.type++) {
		len = cman_msg_encode(&msg, buf, sizeof(buf));
		save("message", msg.type, 0, false, buf, len);
		save("seeking", msg.type, 2, true, buf, len);
		save("member", msg.type, 3, true, buf, len);
	}
	return 0;
}
