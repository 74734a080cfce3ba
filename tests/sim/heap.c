// SPDX-License-Identifier: GPL-2.0-only
/* What is going to happen, earliest first; a binary heap. */
#include <stdlib.h>
#include "sim.h"

static bool before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void swap(struct sim_event *a, struct sim_event *b)
{
	struct sim_event t = *a;

	*a = *b;
	*b = t;
}

/* The caller fills in the rest; the pointer lives until the next call. */
struct sim_event *sim_post(struct sim *sim, enum sim_type type, u64 at)
{
	struct sim_heap *heap = &sim->heap;
	u32 i;

	if (heap->nr == heap->max) {
		heap->max = heap->max ? heap->max * 2 : 1024;
		heap->events = realloc(heap->events,
				       heap->max * sizeof(*heap->events));
		if (!heap->events)
			abort();
	}
	i = heap->nr++;
	heap->events[i] = (struct sim_event){
		.at = at,
		.order = heap->order++,
		.type = type,
		.life = ~0U,
	};
	while (i && before(&heap->events[i], &heap->events[(i - 1) / 2])) {
		swap(&heap->events[i], &heap->events[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	return &heap->events[i];
}

bool sim_pop(struct sim *sim, struct sim_event *event)
{
	struct sim_heap *heap = &sim->heap;
	u32 i = 0;

	if (!heap->nr)
		return false;
	*event = heap->events[0];
	heap->events[0] = heap->events[--heap->nr];
	for (;;) {
		u32 child = 2 * i + 1;

		if (child >= heap->nr)
			return true;
		if (child + 1 < heap->nr &&
		    before(&heap->events[child + 1], &heap->events[child]))
			child++;
		if (!before(&heap->events[child], &heap->events[i]))
			return true;
		swap(&heap->events[i], &heap->events[child]);
		i = child;
	}
}

void sim_heap_free(struct sim *sim)
{
	u32 i;

	for (i = 0; i < sim->heap.nr; i++)
		free(sim->heap.events[i].data);
	free(sim->heap.events);
}
