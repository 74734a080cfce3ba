// SPDX-License-Identifier: GPL-2.0-only
/*
 * mkfs.minigfs: lay out a shared disk for minigfs. See minigfs_format.h.
 *
 *	mkfs.minigfs [-n ID,ID,…] [-b BLOCKS] [-s SLOTS] DEVICE
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <zlib.h>

#include "minigfs_format.h"

struct layout {
	__u32 nodes[MINIGFS_JOURNALS_MAX];
	__u32 nr_journals;
	__u32 journal_blocks;
	__u32 range_slots;
	int fd;
	const char *device;
};

static void print_help(FILE *to)
{
	fprintf(to,
		"usage: mkfs.minigfs [-n ID,ID,...] [-b BLOCKS] [-s SLOTS] DEVICE\n"
		"  -n, --nodes    a journal for each of these nodes (default 1,2,3)\n"
		"  -b, --blocks   records in a journal (default 128)\n"
		"  -s, --slots    slots of each node (default 32)\n");
}

/* Writes one block, with everything that every block has. */
static int put(const struct layout *layout, __u64 at, enum minigfs_kind kind,
	       __u32 index, union minigfs_block *block)
{
	block->head.magic = htole32(MINIGFS_MAGIC);
	block->head.kind = htole32(kind);
	block->head.index = htole32(index);
	block->head.crc = 0;
	block->head.crc = htole32(crc32(0, block->bytes, MINIGFS_BLOCK));
	if (pwrite(layout->fd, block, MINIGFS_BLOCK, at * MINIGFS_BLOCK) ==
	    MINIGFS_BLOCK)
		return 0;
	fprintf(stderr, "mkfs.minigfs: %s: %s\n", layout->device,
		errno ? strerror(errno) : "too small");
	return -1;
}

static int put_nodes(const struct layout *layout)
{
	__u32 n = layout->nr_journals;
	int err = 0;

	for (__u32 i = 0; i < n && !err; i++) {
		union minigfs_block claim = { 0 }, range = { 0 };
		union minigfs_block journal = {
			.journal = {
				.nodeid = htole32(layout->nodes[i]),
				.state = htole32(MINIGFS_CLEAN),
			},
		};

		err = put(layout, 1 + i, MINIGFS_CLAIM, i, &claim) ||
		      put(layout, 1 + n + i, MINIGFS_JOURNAL, i, &journal) ||
		      put(layout, 1 + 2 * n + i, MINIGFS_RANGE, i, &range);
	}
	return err;
}

/* Records of number 0 follow nothing, so they end every replay. */
static int put_records(const struct layout *layout)
{
	__u64 at = 1 + 3 * layout->nr_journals;
	int err = 0;

	for (__u32 i = 0; i < layout->nr_journals && !err; i++)
		for (__u32 q = 0; q < layout->journal_blocks && !err; q++) {
			union minigfs_block record = { 0 };

			err = put(layout, at++, MINIGFS_RECORD, i, &record);
		}
	return err;
}

static int put_slots(const struct layout *layout)
{
	__u64 at = 1 + 3 * layout->nr_journals +
		   (__u64)layout->nr_journals * layout->journal_blocks;
	__u32 slots = layout->nr_journals * layout->range_slots;
	int err = 0;

	for (__u32 s = 0; s < slots && !err; s++) {
		union minigfs_block slot = { 0 };

		err = put(layout, at + s, MINIGFS_SLOT, s, &slot);
	}
	return err;
}

/* Last, so that half a layout is none. */
static int put_super(const struct layout *layout)
{
	union minigfs_block super = {
		.super = {
			.version = htole32(MINIGFS_VERSION),
			.nr_journals = htole32(layout->nr_journals),
			.journal_blocks = htole32(layout->journal_blocks),
			.range_slots = htole32(layout->range_slots),
		},
	};

	if (getrandom(super.super.uuid, sizeof(super.super.uuid), 0) < 0 ||
	    fsync(layout->fd)) {
		perror("mkfs.minigfs");
		return -1;
	}
	return put(layout, 0, MINIGFS_SUPER, 0, &super);
}

static int number(const char *text, unsigned long min, unsigned long max,
		  char **end, __u32 *to)
{
	unsigned long value;

	errno = 0;
	value = strtoul(text, end, 10);
	if (errno || *end == text || value < min || value > max)
		return -1;
	*to = value;
	return 0;
}

static int parse_nodes(struct layout *layout, const char *text)
{
	char *end;

	layout->nr_journals = 0;
	for (;;) {
		__u32 *node = &layout->nodes[layout->nr_journals];

		if (layout->nr_journals == MINIGFS_JOURNALS_MAX ||
		    number(text, 1, UINT32_MAX, &end, node))
			return -1;
		for (__u32 i = 0; i < layout->nr_journals; i++)
			if (layout->nodes[i] == *node)
				return -1;
		layout->nr_journals++;
		if (!*end)
			return 0;
		if (*end != ',')
			return -1;
		text = end + 1;
	}
}

static int parse(struct layout *layout, int argc, char **argv)
{
	static const struct option options[] = {
		{ "nodes", required_argument, NULL, 'n' },
		{ "blocks", required_argument, NULL, 'b' },
		{ "slots", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	char *end = "";
	int bad = 0;
	int c;

	while ((c = getopt_long(argc, argv, "n:b:s:h", options, NULL)) != -1) {
		switch (c) {
		case 'n':
			bad = parse_nodes(layout, optarg);
			break;
		case 'b':
			bad = number(optarg, 33, 65536, &end,
				     &layout->journal_blocks) || *end;
			break;
		case 's':
			bad = number(optarg, 1, 65536, &end,
				     &layout->range_slots) || *end;
			break;
		case 'h':
			print_help(stdout);
			exit(0);
		default:
			return -1;
		}
		if (bad) {
			fprintf(stderr, "mkfs.minigfs: -%c %s: not possible\n",
				c, optarg);
			return -1;
		}
	}
	if (optind != argc - 1)
		return -1;
	layout->device = argv[optind];
	return 0;
}

int main(int argc, char **argv)
{
	struct layout layout = {
		.nodes = { 1, 2, 3 },
		.nr_journals = 3,
		.journal_blocks = 128,
		.range_slots = 32,
	};

	if (parse(&layout, argc, argv)) {
		print_help(stderr);
		return 2;
	}
	layout.fd = open(layout.device, O_WRONLY | O_EXCL | O_CLOEXEC);
	if (layout.fd < 0) {
		fprintf(stderr, "mkfs.minigfs: %s: %s\n", layout.device,
			strerror(errno));
		return 1;
	}
	if (put_nodes(&layout) || put_records(&layout) || put_slots(&layout) ||
	    put_super(&layout))
		return 1;
	if (fsync(layout.fd) || close(layout.fd)) {
		fprintf(stderr, "mkfs.minigfs: %s: %s\n", layout.device,
			strerror(errno));
		return 1;
	}
	return 0;
}
