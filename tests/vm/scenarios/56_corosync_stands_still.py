# SPDX-License-Identifier: GPL-2.0-only
"""A corosync, and a daemon, that are stopped and go on much later: each node
stops by itself, and is evicted when it wakes."""

import signal

from cluster import Cluster

LEFT_OUT = {'cman': 'it has neither'}
CHECK = ()


def stops(lab, cluster, number, process):
    """Nobody can fence it; it stops all the same, and never goes on."""
    node = cluster[number]
    others = [other for other in cluster.numbers if other != number]
    since = lab.cursor()
    lab.power.set_mode('failing', target=number)
    process.kill(signal.SIGSTOP)
    node.event('quorum', since, 120, quorate=False)
    lab.until(lambda: node.state('phase') == 'stopped', 60,
              f'minigfs on node {number} to stop')
    written = node.counter('committed')
    cluster.wait_members(others, timeout=120)
    lab.wait_for(f'off {number} answered error', source='power', since=since,
                 timeout=60)

    process.kill(signal.SIGCONT)
    lab.until(lambda: node.state('phase') == 'evicted', 120,
              f'node {number} to be evicted')
    assert node.counter('committed') == written
    assert not lab.events.find('replays the journal', source='kernel',
                               since=since)
    lab.power.set_mode('normal')
    assert cluster.wait_recovered(number, since, 120) in others
    cluster.survivors_write(*others)
    cluster.back(number)
    cluster.survivors_write(*cluster.numbers)
    return since


def run(lab):
    cluster = Cluster(lab)
    cluster.start()
    since = stops(lab, cluster, 3, cluster[3].corosync)
    assert lab.events.find('brings no message back', 3, 'corosyncd', since)
    stops(lab, cluster, 2, cluster[2].daemon)
    cluster.finish()
