// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs many seeds, several at a time, and adds up what they met. Prints the
 * command that replays a seed that failed.
 */
#include <getopt.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sim.h"

/* Shared by the workers. */
struct total {
	u64 next;
	u64 passed;
	u64 failed;
	u64 steps;
	struct sim_cover cover;
};

struct options {
	u64 from;
	u64 seeds;
	u32 jobs;
	u32 nodes;
	bool verbose;
	bool single;
	bool quiet;
	bool first;		/* stop at the first failure */
	bool keep;
};

static void add(u64 *to, u64 v)
{
	__atomic_add_fetch(to, v, __ATOMIC_RELAXED);
}

static void replay_hint(const struct options *opt, u64 seed)
{
	printf("  replay: tests/sim/run --seed %llu%s", (unsigned long long)seed,
	       opt->keep ? " --keep" : "");
	if (opt->nodes)
		printf(" --nodes %u", opt->nodes);
	puts(" -v");
}

static void one(const struct options *opt, struct total *total, u64 seed)
{
	static struct sim sim;
	const u64 *cover = (const u64 *)&sim.cover;
	u64 *sum = (u64 *)&total->cover;
	size_t i;

	if (sim_run(&sim, seed, opt->nodes, opt->keep, opt->verbose)) {
		add(&total->passed, 1);
	} else {
		add(&total->failed, 1);
		printf("seed %llu FAILED: %s\n", (unsigned long long)seed,
		       sim.failure);
		replay_hint(opt, seed);
	}
	if (opt->single)
		printf("seed %llu: trace %016llx after %llu events\n",
		       (unsigned long long)seed,
		       (unsigned long long)sim.trace,
		       (unsigned long long)sim.steps);
	for (i = 0; i < sizeof(sim.cover) / sizeof(u64); i++)
		add(&sum[i], cover[i]);
	add(&total->steps, sim.steps);
	fflush(stdout);
}

static void work(const struct options *opt, struct total *total)
{
	for (;;) {
		u64 n = __atomic_fetch_add(&total->next, 1, __ATOMIC_RELAXED);

		if (n >= opt->seeds || (opt->first && total->failed))
			return;
		if (!opt->quiet && n && n % 100 == 0) {
			printf("sim: %llu of %llu seeds\n",
			       (unsigned long long)n,
			       (unsigned long long)opt->seeds);
			fflush(stdout);
		}
		one(opt, total, opt->from + n);
	}
}

static bool spawn(const struct options *opt, struct total *total)
{
	bool good = true;
	u32 i;

	for (i = 0; i < opt->jobs; i++) {
		pid_t pid = fork();

		if (pid < 0)
			abort();
		if (!pid) {
			work(opt, total);
			exit(0);
		}
	}
	for (i = 0; i < opt->jobs; i++) {
		int status;

		if (wait(&status) < 0 || status) {
			printf("sim: a worker died (status %x)\n",
			       (unsigned int)status);
			good = false;
		}
	}
	return good;
}

/* What must have happened at least once for the run to mean something. */
static bool report(const struct options *opt, const struct total *total)
{
	const struct sim_cover *c = &total->cover;
	const struct {
		const char *what;
		u64 n;
		bool required;
	} rows[] = {
		{ "takeover with a recovered value", c->takeover, true },
		{ "amnesiac restart", c->amnesia, true },
		{ "full restart", c->full_restart, true },
		{ "formation race", c->form_race, true },
		{ "eviction", c->evictions, true },
		{ "two_node race", c->two_node_race, true },
		{ "two cut each other off and were told", c->both_cut_off, true },
		{ "decided without a quorum of deciders", c->superseded, true },
		{ "came back and counts as fenced", c->settled, true },
		{ "generation told again, first tellers dead", c->fork, false },
		{ "join held for a fence", c->held, true },
		{ "settled join held for an agent", c->held_settled, true },
		{ "lifetime given up", c->give_up, false },
		{ "starved node", c->starved, true },
		{ "stalled node", c->stalled, true },
		{ "old packet sent again", c->replays, true },
		{ "fence", c->fences, true },
		{ "view", c->views, true },
		{ "record delivered", c->records, true },
		{ "write", c->writes, true },
		{ "old proofs that would split the cluster", c->old_proofs,
		  !opt->keep && !opt->nodes },
		{ "life that another process went on with", c->successors,
		  opt->keep },
	};
	bool good = true;
	size_t i;

	printf("sim: %llu events\n", (unsigned long long)total->steps);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bool missing = rows[i].required && !rows[i].n &&
			       opt->seeds >= 1000;

		printf("sim: %10llu x %s%s\n", (unsigned long long)rows[i].n,
		       rows[i].what, missing ? ": REQUIRED" : "");
		good &= !missing;
	}
	return good;
}

static void bad_usage(void)
{
	fputs("usage: run [--keep] [--seeds N] [--from S] [-j JOBS] [--first] [--quiet]\n"
	      "       run [--keep] --seed S [--nodes N] [-v]\n", stderr);
	exit(2);
}

static void parse(int argc, char **argv, struct options *opt)
{
	static const struct option longs[] = {
		{ "seeds", required_argument, NULL, 'n' },
		{ "from", required_argument, NULL, 'f' },
		{ "seed", required_argument, NULL, 's' },
		{ "nodes", required_argument, NULL, 'N' },
		{ "first", no_argument, NULL, '1' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "keep", no_argument, NULL, 'k' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "j:v", longs, NULL)) != -1) {
		switch (c) {
		case 'n':
			opt->seeds = strtoull(optarg, NULL, 0);
			break;
		case 'f':
			opt->from = strtoull(optarg, NULL, 0);
			break;
		case 's':
			opt->from = strtoull(optarg, NULL, 0);
			opt->seeds = 1;
			opt->jobs = 1;
			opt->single = true;
			break;
		case 'N':
			opt->nodes = (u32)strtoul(optarg, NULL, 0);
			break;
		case '1':
			opt->first = true;
			break;
		case 'q':
			opt->quiet = true;
			break;
		case 'k':
			opt->keep = true;
			break;
		case 'j':
			opt->jobs = (u32)strtoul(optarg, NULL, 0);
			break;
		case 'v':
			opt->verbose = true;
			break;
		default:
			bad_usage();
		}
	}
	if (optind != argc || !opt->jobs || opt->nodes > SIM_NODES ||
	    opt->nodes == 1)
		bad_usage();
}

int main(int argc, char **argv)
{
	struct options opt = { .from = 1, .seeds = 1000, .jobs = 2 };
	struct total *total;
	bool good;

	parse(argc, argv, &opt);
	total = mmap(NULL, sizeof(*total), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (total == MAP_FAILED)
		abort();
	good = spawn(&opt, total);
	if (!opt.quiet && !opt.single)
		good &= report(&opt, total);
	printf("sim: %llu passed, %llu failed\n",
	       (unsigned long long)total->passed,
	       (unsigned long long)total->failed);
	return good && !total->failed ? 0 : 1;
}
