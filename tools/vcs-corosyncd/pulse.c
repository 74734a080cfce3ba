// SPDX-License-Identifier: GPL-2.0-only
/* See pulse.h. Pure. */
#include "pulse.h"

void pulse_start(struct pulse *pulse, u32 limit)
{
	memset(pulse, 0, sizeof(*pulse));
	pulse->limit = limit;
	pulse_begin(pulse);
}

void pulse_begin(struct pulse *pulse)
{
	pulse->awaited = pulse->sent + 1;
}

bool pulse_returned(struct pulse *pulse)
{
	bool stood = pulse_stands(pulse);

	pulse->returned++;
	/* Those that have waited meanwhile do not show that it works again. */
	if (!pulse_is_fresh(pulse))
		return false;
	pulse->silent = 0;
	return stood;
}

bool pulse_beat(struct pulse *pulse)
{
	if (pulse_stands(pulse) || ++pulse->silent < pulse->limit)
		return false;
	pulse_begin(pulse);
	return true;
}

bool pulse_stands(const struct pulse *pulse)
{
	return pulse->silent >= pulse->limit;
}

bool pulse_is_fresh(const struct pulse *pulse)
{
	return pulse->returned >= pulse->awaited;
}
