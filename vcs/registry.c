// SPDX-License-Identifier: GPL-2.0-only
/*
 * Providers and fence methods, found by name.
 *
 * Who finds one holds its module, and is counted: unregistering takes the name
 * away first and then waits for the users, which matters where there is no
 * module to pin (built in, or a test).
 *
 * Locking: registry_lock guards both lists and every user count. It is a leaf:
 * nothing else is taken under it, and it is not held while a module loads.
 */
#include <kunit/visibility.h>
#include <linux/errno.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "cluster.h"
#include "notify.h"
#include "registry.h"

static DEFINE_MUTEX(registry_lock);
static LIST_HEAD(providers);
static LIST_HEAD(methods);
static DECLARE_WAIT_QUEUE_HEAD(unused);

static struct vcs_provider *provider_lookup_locked(const char *name)
{
	struct vcs_provider *provider;

	lockdep_assert_held(&registry_lock);
	list_for_each_entry(provider, &providers, registration.node)
		if (!strcmp(provider->name, name))
			return provider;
	return NULL;
}

static struct vcs_fence_method *method_lookup_locked(const char *name)
{
	struct vcs_fence_method *method;

	lockdep_assert_held(&registry_lock);
	list_for_each_entry(method, &methods, registration.node)
		if (!strcmp(method->name, name))
			return method;
	return NULL;
}

static bool registration_use_locked(struct vcs_registration *registration,
				    struct module *owner)
{
	lockdep_assert_held(&registry_lock);
	if (!try_module_get(owner))
		return false;
	registration->users++;
	return true;
}

static void registration_put(struct vcs_registration *registration,
			     struct module *owner)
{
	mutex_lock(&registry_lock);
	WRITE_ONCE(registration->users, registration->users - 1);
	if (!registration->users)
		wake_up_all(&unused);
	mutex_unlock(&registry_lock);
	module_put(owner);
}

static void registration_remove(struct vcs_registration *registration)
{
	mutex_lock(&registry_lock);
	list_del_init(&registration->node);
	mutex_unlock(&registry_lock);
	wait_event(unused, !READ_ONCE(registration->users));
	/* The last user may still be waking us. */
	mutex_lock(&registry_lock);
	mutex_unlock(&registry_lock);
}

static int provider_check(const struct vcs_provider *provider)
{
	const struct vcs_provider_ops *ops = provider->ops;

	if (provider->api != VCS_PROVIDER_API ||
	    provider->size != sizeof(*ops) || !vcs_part_name_ok(provider->name))
		return -EINVAL;
	if (!ops || !ops->join || !ops->leave)
		return -EINVAL;
	if (provider->features & ~(VCS_FEATURE_RECORDS | VCS_FEATURE_FENCE_FIRST))
		return -EINVAL;
	if ((provider->features & VCS_FEATURE_RECORDS) && !ops->submit)
		return -EINVAL;
	if ((provider->features & VCS_FEATURE_FENCE_FIRST) && !ops->fenced)
		return -EINVAL;
	return 0;
}

/**
 * vcs_register_provider - make a provider known by its name
 * @provider: the descriptor; stays the caller's and must not change until it
 *	      has been unregistered
 *
 * The last step of a provider's module init: a join may come before this has
 * returned.
 *
 * Context: process context, may sleep.
 * Return: 0; -EINVAL when the API version or the size of the ops is not this
 * core's, the name is not one, a required op is missing or a feature unknown;
 * -EEXIST when the name is in use.
 */
int vcs_register_provider(struct vcs_provider *provider)
{
	int err = provider_check(provider);

	if (err)
		return err;
	mutex_lock(&registry_lock);
	if (provider_lookup_locked(provider->name)) {
		err = -EEXIST;
	} else {
		provider->registration.users = 0;
		list_add_tail(&provider->registration.node, &providers);
	}
	mutex_unlock(&registry_lock);
	if (!err)
		vcs_sysfs_providers_changed();
	return err;
}
EXPORT_SYMBOL_GPL(vcs_register_provider);

/**
 * vcs_unregister_provider - take a provider's name away
 * @provider: was registered
 *
 * No join finds it from here on. Clusters that use it hold its module, so a
 * module's exit never waits here; without a module this waits until the last
 * cluster has left it.
 *
 * Context: process context, may sleep; not from an op of this provider.
 */
void vcs_unregister_provider(struct vcs_provider *provider)
{
	registration_remove(&provider->registration);
	vcs_sysfs_providers_changed();
}
EXPORT_SYMBOL_GPL(vcs_unregister_provider);

static struct vcs_provider *provider_use(const char *name)
{
	struct vcs_provider *provider;

	mutex_lock(&registry_lock);
	provider = provider_lookup_locked(name);
	if (provider && !registration_use_locked(&provider->registration,
						 provider->owner))
		provider = NULL;
	mutex_unlock(&registry_lock);
	return provider;
}

struct vcs_provider *vcs_provider_find(const char *name, bool load)
{
	struct vcs_provider *provider = provider_use(name);

	if (!provider && load && vcs_part_name_ok(name)) {
		request_module("vcs-provider-%s", name);
		provider = provider_use(name);
	}
	return provider;
}
EXPORT_SYMBOL_IF_KUNIT(vcs_provider_find);

void vcs_provider_put(struct vcs_provider *provider)
{
	if (provider)
		registration_put(&provider->registration, provider->owner);
}
EXPORT_SYMBOL_IF_KUNIT(vcs_provider_put);

int vcs_provider_for_each(int (*fn)(const struct vcs_provider *provider,
				    u32 in_use, void *data), void *data)
{
	struct vcs_provider *provider;
	int err = 0;

	mutex_lock(&registry_lock);
	list_for_each_entry(provider, &providers, registration.node) {
		err = fn(provider, provider->registration.users, data);
		if (err)
			break;
	}
	mutex_unlock(&registry_lock);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(vcs_provider_for_each);

/**
 * vcs_register_fence_method - make a way to fence known by its name
 * @method: the descriptor; stays the caller's and must not change until it
 *	    has been unregistered
 *
 * Context: process context, may sleep.
 * Return: 0; -EINVAL when the API version or the size is not this core's, the
 * name is not one, or @begin or @cancel is missing; -EEXIST when the name is
 * in use.
 */
int vcs_register_fence_method(struct vcs_fence_method *method)
{
	int err = 0;

	if (method->api != VCS_PROVIDER_API || method->size != sizeof(*method) ||
	    !vcs_part_name_ok(method->name) || !method->begin || !method->cancel)
		return -EINVAL;
	mutex_lock(&registry_lock);
	if (method_lookup_locked(method->name)) {
		err = -EEXIST;
	} else {
		method->registration.users = 0;
		list_add_tail(&method->registration.node, &methods);
	}
	mutex_unlock(&registry_lock);
	return err;
}
EXPORT_SYMBOL_GPL(vcs_register_fence_method);

/**
 * vcs_unregister_fence_method - take a method's name away
 * @method: was registered
 *
 * Waits for the attempts under way with it. A module's exit never waits here:
 * an attempt holds the module.
 *
 * Context: process context, may sleep; not from an op of this method.
 */
void vcs_unregister_fence_method(struct vcs_fence_method *method)
{
	registration_remove(&method->registration);
}
EXPORT_SYMBOL_GPL(vcs_unregister_fence_method);

static struct vcs_fence_method *method_use(const char *name)
{
	struct vcs_fence_method *method;

	mutex_lock(&registry_lock);
	method = method_lookup_locked(name);
	if (method && !registration_use_locked(&method->registration,
					       method->owner))
		method = NULL;
	mutex_unlock(&registry_lock);
	return method;
}

struct vcs_fence_method *vcs_fence_method_find(const char *name, bool load)
{
	struct vcs_fence_method *method = method_use(name);

	if (!method && load && vcs_part_name_ok(name)) {
		request_module("vcs-fence-%s", name);
		method = method_use(name);
	}
	return method;
}
EXPORT_SYMBOL_IF_KUNIT(vcs_fence_method_find);

void vcs_fence_method_put(struct vcs_fence_method *method)
{
	if (method)
		registration_put(&method->registration, method->owner);
}
EXPORT_SYMBOL_IF_KUNIT(vcs_fence_method_put);
