# SPDX-License-Identifier: GPL-2.0-only
"""A daemon on real corosync is followed by another, and nobody hears of it."""

from cluster import Cluster, monitor

LEFT_OUT = {'cman': 'it has no daemon'}


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
    cluster = Cluster(lab)
    cluster.start()

    # All of its memory was touched before it was needed.
    faults = [node.faults() for node in cluster.some()]
    cluster.survivors_write(more=100)
    assert faults == [node.faults() for node in cluster.some()]

    for number in cluster.numbers:
        another_daemon(lab, cluster, number)
    cluster.finish()
