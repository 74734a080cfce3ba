# SPDX-License-Identifier: GPL-2.0-only
"""Membership decided on real corosync: three nodes form and write; a daemon is
followed by another and nobody hears of it; a node dies, is fenced and replayed
by one survivor, and comes back."""

from cluster import monitor
from cluster.corosync import CorosyncCluster

MEMORY = 512


def another_daemon(lab, cluster, number):
    """It dies; its successor goes on where it was."""
    node = cluster[number]
    since = lab.cursor()
    generation = node.sysfs('generation')
    node.kill_daemon()
    node.start_daemon()
    node.event('state', since, state='member')
    node.wait_commits(20)
    assert node.sysfs('generation') == generation
    assert node.sysfs('quorate') == '1'
    for other in cluster.numbers:
        # To lookups, a frozen kernel is not quorate; no listener is called.
        seen = ('view', 'listener') if other == number else \
               ('view', 'listener', 'quorum', 'suspect')
        for event in seen:
            assert not monitor.found(lab, other, since, {'event': event}), \
                f'node {other} noticed: {event}'


def run(lab):
    cluster = CorosyncCluster(lab)
    cluster.start()

    # All of its memory was touched before it was needed.
    faults = [cluster[number].faults() for number in cluster.numbers]
    cluster.survivors_write(*cluster.numbers, more=100)
    assert faults == [cluster[number].faults() for number in cluster.numbers]

    for number in cluster.numbers:
        another_daemon(lab, cluster, number)

    since = lab.cursor()
    lab.guests[3].kill()
    assert cluster.wait_recovered(3, since) == 1
    cluster.wait_members([1, 2])
    cluster.survivors_write(1, 2)

    cluster.back(3)
    cluster.survivors_write(1, 2, 3)
    verdict = cluster.finish()
    assert verdict.recovered == [(3, 1)], verdict.report()
