// SPDX-License-Identifier: GPL-2.0-only
/*
 * From attributes to JSON, by the table in names.c. Ids that are only ever
 * compared are strings in hexadecimal, for a JSON number may lose bits.
 * A value of the wrong length is left out.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "json.h"
#include "names.h"
#include "text.h"

static json_t *flags_json(const struct vcs_attr_info *info, uint32_t value)
{
	const char *const *words = info->words.words;
	json_t *array = json_array();
	uint32_t bit;

	for (bit = 0; bit < info->words.nr; bit++)
		if (value & (1u << bit))
			json_array_append_new(array, json_string(words[bit]));
	return array;
}

static json_t *bytes_json(const struct nlattr *attr)
{
	const unsigned char *data = nla_data(attr);
	char text[2 * 64 + 1] = "";
	int i;

	for (i = 0; i < nla_len(attr) && i < 64; i++)
		snprintf(text + 2 * i, 3, "%02x", data[i]);
	return json_string(text);
}

/* What still is no UTF-8, as jansson sees it, is shown as far as it is ASCII. */
static json_t *text_json(const struct nlattr *attr)
{
	char text[1100];
	json_t *value;
	size_t i;

	nla_strlcpy(text, attr, sizeof(text));
	text_clean(text);
	value = json_string(text);
	if (value)
		return value;
	for (i = 0; text[i]; i++)
		if ((unsigned char)text[i] > 0x7e)
			text[i] = '?';
	return json_string(text);
}

static json_t *u32_json(const struct vcs_attr_info *info, unsigned int type,
			uint32_t value)
{
	switch (info->kind) {
	case VCS_KIND_WORD:
		return json_string(vcs_word(type, value));
	case VCS_KIND_FLAGS:
		return flags_json(info, value);
	case VCS_KIND_S32:
		return json_integer((int32_t)value);
	default:
		return json_integer(value);
	}
}

static json_t *u64_json(const struct vcs_attr_info *info, uint64_t value)
{
	char text[20];

	if (info->kind == VCS_KIND_U64)
		return json_integer((json_int_t)value);
	snprintf(text, sizeof(text), "%016" PRIx64, value);
	return json_string(text);
}

static json_t *attr_json(unsigned int type, const struct nlattr *attr)
{
	const struct vcs_attr_info *info = vcs_attr_info(type);
	size_t len = nla_len(attr);

	if (!info || info->kind == VCS_KIND_NONE)
		return NULL;
	switch (info->kind) {
	case VCS_KIND_STRING:
		return text_json(attr);
	case VCS_KIND_BYTES:
		return bytes_json(attr);
	case VCS_KIND_BOOL:
		return json_boolean(!len || nla_get_u8(attr));
	case VCS_KIND_U64:
	case VCS_KIND_HEX64:
		if (len != sizeof(uint64_t))
			return NULL;
		return u64_json(info, nla_get_u64(attr));
	default:
		if (len != sizeof(uint32_t))
			return NULL;
		return u32_json(info, type, nla_get_u32(attr));
	}
}

json_t *vcs_json(struct nlattr **attrs)
{
	json_t *object = json_object();
	unsigned int type;
	json_t *value;

	for (type = 0; type <= VCS_A_MAX; type++) {
		if (!attrs[type])
			continue;
		value = attr_json(type, attrs[type]);
		if (value)
			json_object_set_new(object, vcs_attr_info(type)->key,
					    value);
	}
	return object;
}

const char *vcs_json_str(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

int64_t vcs_json_int(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

bool vcs_json_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}
