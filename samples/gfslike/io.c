// SPDX-License-Identifier: GPL-2.0-only
/*
 * One block in, one block out, checked. The work item alone calls this (and
 * the mount, before it starts), so one page is buffer enough and nothing is
 * allocated on the way to the disk. No lock.
 */
#include <linux/bio.h>
#include <linux/crc32.h>
#include "minigfs.h"

static u32 minigfs_crc(union minigfs_block *block)
{
	__le32 kept = block->head.crc;
	u32 crc;

	block->head.crc = 0;
	crc = crc32_le(~0, block->bytes, MINIGFS_BLOCK) ^ ~0;
	block->head.crc = kept;
	return crc;
}

/* Whoever was evicted, or unmounted, or lost its disk sends nothing more. */
static int minigfs_io(struct minigfs *fs, u64 block, blk_opf_t opf)
{
	struct bio_vec vec;
	struct bio bio;
	int err;

	if (READ_ONCE(fs->phase) >= MINIGFS_FAILED)
		return -ESHUTDOWN;
	bio_init(&bio, fs->bdev.dev, &vec, 1, opf);
	bio.bi_iter.bi_sector = block * (MINIGFS_BLOCK / SECTOR_SIZE);
	__bio_add_page(&bio, fs->page, MINIGFS_BLOCK, 0);
	err = submit_bio_wait(&bio);
	bio_uninit(&bio);
	return err;
}

int minigfs_read(struct minigfs *fs, u64 block, enum minigfs_kind kind,
		 u32 index, union minigfs_block *to)
{
	int err = minigfs_io(fs, block, REQ_OP_READ | REQ_SYNC);

	if (err)
		return err;
	memcpy(to, page_address(fs->page), MINIGFS_BLOCK);
	if (le32_to_cpu(to->head.magic) != MINIGFS_MAGIC ||
	    le32_to_cpu(to->head.kind) != kind ||
	    le32_to_cpu(to->head.index) != index ||
	    le32_to_cpu(to->head.crc) != minigfs_crc(to))
		return -EUCLEAN;
	return 0;
}

int minigfs_write(struct minigfs *fs, u64 block, enum minigfs_kind kind,
		  u32 index, union minigfs_block *from, blk_opf_t flags)
{
	from->head.magic = cpu_to_le32(MINIGFS_MAGIC);
	from->head.kind = cpu_to_le32(kind);
	from->head.index = cpu_to_le32(index);
	from->head.crc = cpu_to_le32(minigfs_crc(from));
	memcpy(page_address(fs->page), from, MINIGFS_BLOCK);
	return minigfs_io(fs, block, REQ_OP_WRITE | REQ_SYNC | flags);
}

/* Reads the geometry, and refuses what cannot be a minigfs of this size. */
int minigfs_read_super(struct minigfs *fs)
{
	const struct minigfs_super *super;
	union minigfs_block block;
	int err;

	err = minigfs_read(fs, 0, MINIGFS_SUPER, 0, &block);
	if (err)
		return err;
	super = &block.super;
	fs->nr_journals = le32_to_cpu(super->nr_journals);
	fs->journal_blocks = le32_to_cpu(super->journal_blocks);
	fs->range_slots = le32_to_cpu(super->range_slots);
	if (le32_to_cpu(super->version) != MINIGFS_VERSION ||
	    !fs->nr_journals || fs->nr_journals > MINIGFS_JOURNALS_MAX ||
	    fs->journal_blocks <= MINIGFS_BATCH_MAX ||
	    fs->journal_blocks > 65536 ||
	    !fs->range_slots || fs->range_slots > 65536 ||
	    minigfs_blocks(fs) > bdev_nr_sectors(fs->bdev.dev))
		return -EUCLEAN;
	return 0;
}
