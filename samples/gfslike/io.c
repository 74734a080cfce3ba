// SPDX-License-Identifier: GPL-2.0-only
/*
 * One block in, one block out, checked. The work item alone calls this (and
 * the mount, before it starts), so one page is buffer enough and nothing is
 * allocated on the way to the disk. Lock: fs->lock, taken here.
 */
#include <linux/bio.h>
#include <linux/crc32.h>
#include "minigfs.h"

/* How often it is said that the disk does not answer. */
#define MINIGFS_DRAIN_MS	10000

static u32 minigfs_crc(union minigfs_block *block)
{
	__le32 kept = block->head.crc;
	u32 crc;

	block->head.crc = 0;
	crc = crc32_le(~0, block->bytes, MINIGFS_BLOCK) ^ ~0;
	block->head.crc = kept;
	return crc;
}

/*
 * Whoever was evicted, or unmounted, or lost its disk sends nothing more. The
 * question and the note that a request is under way are one step: who has set
 * such a phase has only to wait for the one that was noted before.
 */
static bool minigfs_io_begin(struct minigfs *fs)
{
	bool go;

	spin_lock(&fs->lock);
	go = fs->phase < MINIGFS_FAILED;
	WRITE_ONCE(fs->in_flight, go);
	spin_unlock(&fs->lock);
	return go;
}

static void minigfs_io_end(struct minigfs *fs)
{
	spin_lock(&fs->lock);
	WRITE_ONCE(fs->in_flight, false);
	spin_unlock(&fs->lock);
	wake_up_all(&fs->wait);
}

static int minigfs_io(struct minigfs *fs, u64 block, blk_opf_t opf)
{
	struct bio_vec vec;
	struct bio bio;
	int err;

	if (!minigfs_io_begin(fs))
		return -ESHUTDOWN;
	bio_init(&bio, fs->bdev.dev, &vec, 1, opf);
	bio.bi_iter.bi_sector = block * (MINIGFS_BLOCK / SECTOR_SIZE);
	__bio_add_page(&bio, fs->page, MINIGFS_BLOCK, 0);
	err = submit_bio_wait(&bio);
	bio_uninit(&bio);
	minigfs_io_end(fs);
	return err;
}

/*
 * Not interruptible and without end, for a disk that hangs may still do what
 * it was asked. Nobody waits for the caller but the unmount, which waits for
 * the same request, and what ends the request needs nothing of ours.
 */
void minigfs_io_drain(struct minigfs *fs)
{
	while (!wait_event_timeout(fs->wait, !READ_ONCE(fs->in_flight),
				   msecs_to_jiffies(MINIGFS_DRAIN_MS)))
		pr_warn("minigfs: node %u: the disk has not answered the last request yet\n",
			fs->self.nodeid);
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
