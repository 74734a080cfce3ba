// SPDX-License-Identifier: GPL-2.0-only
/*
 * A cluster's key out of the firmware directories, for a join that no tool
 * asked for. Process context.
 *
 * Locking: whoever asks for a file while another holds it gets the same bytes,
 * which the other is about to wipe; key_lock lets one in at a time.
 */
#include <linux/errno.h>
#include <linux/firmware.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "crypto.h"
#include "shell.h"

static DEFINE_MUTEX(key_lock);

/*
 * The loader may have mapped its pages read-only (of a compressed file it
 * does); they go back to the system, so they are wiped by another way. What
 * was built into the kernel stays there.
 */
static void wipe(const struct firmware *file)
{
	const u8 *data = file->data, *end = file->data + file->size;
	size_t len;
	void *page;

	/* No priv: built in, which may lie among vmalloc's addresses too. */
	if (!file->priv || !is_vmalloc_addr(data))
		return;
	for (; data < end; data += len) {
		len = min_t(size_t, end - data, PAGE_SIZE - offset_in_page(data));
		page = kmap_local_page(vmalloc_to_page(data));
		memzero_explicit(page + offset_in_page(data), len);
		kunmap_local(page);
	}
}

/**
 * cman_key_load() - read vcs/NAME.key
 * @cluster: NAME
 * @key: filled in; zero unless it succeeds
 *
 * Context: process context, may sleep.
 * Return: 0, -EINVAL when the file holds no key, or what the loader says.
 */
int cman_key_load(const char *cluster, struct cman_key *key)
{
	char name[sizeof("vcs/.key") + VCS_NAME_MAX];
	const struct firmware *file;
	int err;

	cman_key_wipe(key);
	scnprintf(name, sizeof(name), "vcs/%s.key", cluster);
	mutex_lock(&key_lock);
	err = firmware_request_nowarn(&file, name, NULL);
	if (!err) {
		err = cman_key_parse(key, file->data, file->size);
		wipe(file);
		release_firmware(file);
	}
	mutex_unlock(&key_lock);
	return err;
}
