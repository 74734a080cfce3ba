// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names and reasons come from other machines, agents and providers, and a
 * terminal obeys control characters: those of ASCII, and U+0080 to U+009F.
 */
#include <stddef.h>
#include "text.h"

/* The length of the character at @c, of two bytes or more; 0: it is none. */
static size_t utf8_length(const unsigned char *c)
{
	size_t len, i;

	if (c[0] < 0xc2 || c[0] > 0xf4)
		return 0;
	len = c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
	for (i = 1; i < len; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

void text_clean(char *text)
{
	unsigned char *c = (unsigned char *)text;
	size_t len;

	while (*c) {
		len = *c < 0x80 ? 1 : utf8_length(c);
		if (*c < 0x20 || *c == 0x7f || !len) {
			*c++ = '?';
		} else if (*c == 0xc2 && c[1] < 0xa0) {
			*c++ = '?';
			*c++ = '?';
		} else {
			c += len;
		}
	}
}
