# SPDX-License-Identifier: GPL-2.0-only
"""A real-time hog leaves a node nothing but interrupts; then for too long."""

from cluster import Cluster
from vmlib.paths import BUILD

LEFT_OUT = {'userbridge': 'corosync is a process, and a hog starves it'}

STALL = 12


def generations(cluster):
    return [node.sysfs('generation') for node in cluster.nodes.values()]


def run(lab):
    """While only interrupts run, the node beats, hears, and is accused by
    nobody. When its processes have stood still for longer than stall=, the
    others must not wait for it any more."""
    cluster = Cluster(lab, extra=f'stall={STALL * 1000}')
    cluster.start()
    for guest in lab.guests.values():
        guest.put('/tmp/hog', (BUILD / 'hog').read_bytes(), 0o700)

    since = lab.cursor()
    before = generations(cluster)
    for number in (3, 1):
        ran = float(lab.guests[number].run(f'/tmp/hog {STALL - 4}', 60))
        assert ran >= STALL - 4, ran
    assert generations(cluster) == before
    for number, node in cluster.nodes.items():
        assert not node.events('suspect', since, node_state='suspect'), number
    cluster.survivors_write(1, 2, 3)

    since = lab.cursor()
    lab.guests[3].start('/tmp/hog 600')
    assert cluster.wait_recovered(3, since) == 1
    _, event = cluster[1].event('suspect', since, nodeid=3)
    assert 'stand still' in event['text'], event
    cluster.wait_members([1, 2])
    cluster.survivors_write(1, 2)
    cluster.finish(1, 2)
