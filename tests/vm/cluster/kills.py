# SPDX-License-Identifier: GPL-2.0-only
"""Rounds of sudden death, by a seed: who, how, and after how much work."""

from vmlib.errors import TestFailure

from .cluster import Cluster

# Transactions of each node between two deaths.
LEAST, MOST = 20, 80

# How a node is taken out.
WAYS = ('kill', 'kill', 'partition', 'pause', 'panic')


def run(lab, rounds, coordinators=False):
    """coordinators: at least a third of the victims must be one."""
    cluster = Cluster(lab)
    cluster.start(rate=30)
    plan = make_plan(lab, rounds, coordinators)
    lab.say(f'plan: {plan}')
    for number, (victim, way) in enumerate(plan, 1):
        for node in cluster.nodes.values():
            node.wait_commits(lab.rng.randint(LEAST, MOST))
        lab.say(f'round {number} of {rounds}: {way} {victim}')
        one_round(lab, cluster, victim, way)
        verdict = cluster.verdict()
        if not verdict.passed:
            raise TestFailure(f'round {number}:\n{verdict.report()}')
    verdict = cluster.finish()
    check_work(cluster, verdict, rounds)


def make_plan(lab, rounds, coordinators):
    """The coordinator is the lowest live nodeid, so node 1 in each round."""
    plan = [(lab.rng.choice(lab.nodes), lab.rng.choice(WAYS))
            for _ in range(rounds)]
    if coordinators:
        for number in range(0, rounds, 3):
            plan[number] = (lab.nodes[0], plan[number][1])
    return plan


def one_round(lab, cluster, victim, way):
    rest = [number for number in cluster.numbers if number != victim]
    guest = lab.guests[victim]
    since = lab.cursor()
    if way == 'kill':
        guest.kill()
    elif way == 'partition':
        lab.net.partition([victim], rest)
    elif way == 'pause':
        guest.pause(clock_runs=True)
    else:
        guest.allow('panic|sysrq|Kernel Offset')
        guest.expect_exit()
        guest.start('echo c >/proc/sysrq-trigger')
    recoverer = cluster.wait_recovered(victim, since, timeout=90)
    if recoverer not in rest:
        raise TestFailure(f'node {recoverer} recovered node {victim}')
    cluster.survivors_write(*rest, more=10)
    lab.net.heal()
    cluster.back(victim)


def check_work(cluster, verdict, rounds):
    """Rounds in which nothing was written would prove nothing."""
    least = rounds * LEAST * len(cluster.numbers)
    done = sum(verdict.committed.values())
    if done < least or len(verdict.recovered) < rounds:
        raise TestFailure(f'only {done} transactions, wanted {least}\n'
                          f'{verdict.report()}')
