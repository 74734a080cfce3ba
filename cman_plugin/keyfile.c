// SPDX-License-Identifier: GPL-2.0-only
/*
 * A cluster's key out of the firmware directories, for a join that no tool
 * asked for. Process context; no lock.
 */
#include <linux/errno.h>
#include <linux/firmware.h>
#include <linux/kernel.h>

#include "crypto.h"
#include "shell.h"

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
	err = firmware_request_nowarn(&file, name, NULL);
	if (err)
		return err;
	err = cman_key_parse(key, file->data, file->size);
	/* The loader's copy is its own to write, and goes back to the system. */
	memzero_explicit((void *)file->data, file->size);
	release_firmware(file);
	return err;
}
