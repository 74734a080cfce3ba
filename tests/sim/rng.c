// SPDX-License-Identifier: GPL-2.0-only
/* The simulator's only source of chance, and the digest of what happened. */
#include "sim.h"

u64 sim_mix(u64 v)
{
	v += 0x9e3779b97f4a7c15ULL;
	v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9ULL;
	v = (v ^ v >> 27) * 0x94d049bb133111ebULL;
	return v ^ v >> 31;
}

u64 sim_random(struct sim *sim)
{
	sim->rng += 0x9e3779b97f4a7c15ULL;
	return sim_mix(sim->rng);
}

u32 sim_below(struct sim *sim, u32 n)
{
	return n ? (u32)((sim_random(sim) >> 33) % n) : 0;
}

bool sim_chance(struct sim *sim, u32 per_mille)
{
	return sim_below(sim, 1000) < per_mille;
}

void sim_trace(struct sim *sim, u64 v)
{
	sim->trace = sim_mix(sim->trace ^ v);
}
