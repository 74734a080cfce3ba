/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels: whether a module's attribute is shown as a
 * constant, and how a block device is opened by its path (6.5 changed the
 * mode's type, 6.9 what comes back).
 */
#ifndef MINIGFS_COMPAT_H
#define MINIGFS_COMPAT_H

#include <linux/blkdev.h>
#include <linux/module.h>
#include <linux/version.h>

/* What a show function of the module gets to see of its attribute. */
#define minigfs_attr_ptr						\
	typeof(__builtin_choose_expr(					\
		__same_type(((struct module_attribute *)NULL)->show,	\
			    ssize_t (*)(struct module_attribute *,	\
					struct module_kobject *, char *)), \
		(struct module_attribute *)NULL,			\
		(const struct module_attribute *)NULL))

struct minigfs_bdev {
	struct block_device *dev;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	struct file *file;
#endif
};

/* Exclusive: no second mount, of whatever kind, on this machine. */
static inline int minigfs_bdev_open(struct minigfs_bdev *bdev,
				    const char *path, void *holder)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	bdev->file = bdev_file_open_by_path(path,
					    BLK_OPEN_READ | BLK_OPEN_WRITE,
					    holder, NULL);
	if (IS_ERR(bdev->file))
		return PTR_ERR(bdev->file);
	bdev->dev = file_bdev(bdev->file);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	bdev->dev = blkdev_get_by_path(path, BLK_OPEN_READ | BLK_OPEN_WRITE,
				       holder, NULL);
#else
	bdev->dev = blkdev_get_by_path(path,
				       FMODE_READ | FMODE_WRITE | FMODE_EXCL,
				       holder);
#endif
	return PTR_ERR_OR_ZERO(bdev->dev);
}

static inline void minigfs_bdev_close(struct minigfs_bdev *bdev, void *holder)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	fput(bdev->file);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	blkdev_put(bdev->dev, holder);
#else
	blkdev_put(bdev->dev, FMODE_READ | FMODE_WRITE | FMODE_EXCL);
#endif
}

#endif /* MINIGFS_COMPAT_H */
