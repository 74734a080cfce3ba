// SPDX-License-Identifier: GPL-2.0-only
/*
 * From attributes to JSON, by what the library knows of each. Ids that are only ever
 * compared are strings in hexadecimal, for a JSON number may lose bits.
 * A value of the wrong length is left out.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "json.h"
#include "text.h"

static json_t *flags_json(const struct vcs_attr_info *info, uint32_t value)
{
	json_t *array = json_array();
	uint32_t bit;

	for (bit = 0; bit < info->nr_words; bit++)
		if (value & (1u << bit))
			json_array_append_new(array, json_string(info->words[bit]));
	return array;
}

static json_t *bytes_json(const unsigned char *data, size_t len)
{
	char text[2 * 64 + 1] = "";
	size_t i;

	for (i = 0; i < len && i < 64; i++)
		snprintf(text + 2 * i, 3, "%02x", data[i]);
	return json_string(text);
}

/* What still is no UTF-8, as jansson sees it, is shown as far as it is ASCII. */
static json_t *text_json(const char *said)
{
	char text[1100];
	json_t *value;
	size_t i;

	snprintf(text, sizeof(text), "%s", said);
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

static json_t *attr_json(const struct vcs_message *message, unsigned int type)
{
	const struct vcs_attr_info *info = vcs_attr_info(type);
	const void *data;
	size_t len;

	data = vcs_message_data(message, type, &len);
	switch (info->kind) {
	case VCS_KIND_STRING:
		return text_json(vcs_message_string(message, type));
	case VCS_KIND_BYTES:
		return bytes_json(data, len);
	case VCS_KIND_BOOL:
		return json_boolean(vcs_message_true(message, type));
	case VCS_KIND_U64:
	case VCS_KIND_HEX64:
		if (len != sizeof(uint64_t))
			return NULL;
		return u64_json(info, vcs_message_u64(message, type));
	default:
		if (len != sizeof(uint32_t))
			return NULL;
		return u32_json(info, type, vcs_message_u32(message, type));
	}
}

json_t *vcs_json(const struct vcs_message *message)
{
	const struct vcs_attr_info *info;
	json_t *object = json_object();
	unsigned int type;
	json_t *value;

	for (type = 0; type <= VCS_A_MAX; type++) {
		info = vcs_attr_info(type);
		if (!info || info->kind == VCS_KIND_NONE ||
		    !vcs_message_has(message, type))
			continue;
		value = attr_json(message, type);
		if (value)
			json_object_set_new(object, info->key, value);
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
