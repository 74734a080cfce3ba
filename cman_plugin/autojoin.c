// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module option "join": clusters to join with no tool at all, in the
 * initial network namespace. All of it is parsed before the module loads; the
 * joins are made by a work item once the provider is registered, since the
 * core looks the provider up and takes a reference on this module.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vcs_provider.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "config.h"
#include "shell.h"

static char *join;

/* Like a charp's, which ends after 1024 characters: not much for clusters. */
static int join_set(const char *value, const struct kernel_param *kp)
{
	char *copy = kstrdup(value, GFP_KERNEL);

	if (!copy)
		return -ENOMEM;
	kfree(join);
	join = copy;
	return 0;
}

static int join_get(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%s\n", join ?: "");
}

static void join_free(void *arg)
{
	kfree(join);
}

static const struct kernel_param_ops join_ops = {
	.set = join_set,
	.get = join_get,
	.free = join_free,
};

module_param_cb(join, &join_ops, NULL, 0400);
__MODULE_PARM_TYPE(join, "charp");
MODULE_PARM_DESC(join, "clusters to join: NAME,nodeid=N,peers=ID@ADDRESS+...[,word=value...][;NAME,...]");

/* Cuts the next NAME,OPTIONS off *@rest, and splits it. */
static bool next_join(char **rest, char **name, char **options)
{
	do {
		*options = strsep(rest, ";");
	} while (*options && !**options);
	if (!*options)
		return false;
	*name = strsep(options, ",");
	if (!*options)
		*options = "";
	return true;
}

static int __init check_words(const char *name, const char *options)
{
	struct cman_join *parsed;
	char why[VCS_TEXT_MAX + 1];
	char *rest;
	int err;

	err = vcs_check_name(name);
	if (err) {
		pr_err("join=: \"%s\" is not a name for a cluster\n", name);
		return err;
	}
	err = vcs_check_options(options, &rest, why, sizeof(why));
	if (err == -EINVAL && !*why)
		pr_err("join=%s: %zu characters of options are too many, at most %u\n",
		       name, strlen(options), VCS_OPTIONS_MAX);
	else if (err == -EINVAL)
		pr_err("join=%s: \"%s\" is not right\n", name, why);
	if (err)
		return err;
	parsed = kzalloc(sizeof(*parsed), GFP_KERNEL);
	err = -ENOMEM;
	if (parsed)
		err = cman_join_parse(parsed, rest, why, sizeof(why));
	if (err == -EINVAL)
		pr_err("join=%s: %s\n", name, why);
	kfree(parsed);
	kfree(rest);
	return err;
}

typedef int (*join_fn)(const char *name, const char *options);

/* Once for each cluster in the option. */
static int each_join(join_fn fn)
{
	char *copy, *rest, *name, *options;
	int err = 0;

	if (!join)
		return 0;
	copy = kstrdup(join, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	rest = copy;
	while (!err && next_join(&rest, &name, &options))
		err = fn(name, options);
	kfree(copy);
	return err;
}

int __init cman_autojoin_check(void)
{
	return each_join(check_words);
}

static int join_one(const char *name, const char *options)
{
	int err = vcs_join_cluster(&init_net, name, "cman", options, NULL);

	if (err)
		pr_err("cannot join %s: error %d%s\n", name, err,
		       err == -EEXIST ? ", it is joined already" :
		       err == -EINVAL ? ", not a name for a cluster" : "");
	return 0;
}

static void autojoin(struct work_struct *work)
{
	each_join(join_one);
}

static DECLARE_WORK(autojoin_work, autojoin);

void __init cman_autojoin_start(void)
{
	if (join)
		queue_work(cman_wq, &autojoin_work);
}

void cman_autojoin_stop(void)
{
	cancel_work_sync(&autojoin_work);
}
