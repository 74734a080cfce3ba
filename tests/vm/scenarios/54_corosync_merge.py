# SPDX-License-Identifier: GPL-2.0-only
"""On real corosync: cut apart 1 : 2, and healed before anybody was fenced. The
one that comes back is evicted and writes nothing; its journal is not touched
before the fence, and it is not let in before that, either."""

from cluster import Cluster

LEFT_OUT = {'cman': 'a coordinator there is shown by 44_merge'}
CHECK = ()


def merge(lab, cluster, number):
    """It was removed, nobody could fence it, and it is back in the ring."""
    node = cluster[number]
    others = [other for other in cluster.numbers if other != number]
    since = lab.cursor()
    lab.power.set_mode('failing', target=number)
    lab.net.partition([number], others)
    node.event('quorum', since, 120, quorate=False)
    lab.until(lambda: node.state('phase') == 'stopped', 60,
              f'minigfs on node {number} to stop')
    written = node.counter('committed')
    cluster.wait_members(others, timeout=120)
    lab.wait_for(f'off {number} answered error', source='power', since=since,
                 timeout=60)

    lab.net.heal()
    lab.until(lambda: node.state('phase') == 'evicted', 120,
              f'node {number} to be evicted')
    assert node.counter('committed') == written
    for other in others:
        assert cluster[other].members() == others
        assert cluster[other].waiting_for() == f'fence:{number}'
    assert not lab.events.find('replays the journal', source='kernel',
                               since=since)
    return since, others


def run(lab):
    cluster = Cluster(lab)
    cluster.start()

    # The lowest, which led; then it is fenced.
    since, others = merge(lab, cluster, 1)
    lab.power.set_mode('normal')
    assert cluster.wait_recovered(1, since, 120) in others
    cluster.survivors_write(*others)
    cluster.back(1)
    cluster.survivors_write(*cluster.numbers)

    # It lets go of everything and asks to be let in: that is no fence.
    since, others = merge(lab, cluster, 3)
    cluster[3].unmount()
    cluster[3].event('state', since, state='left')
    cluster[3].join()
    lab.wait_for('node 3 may not join yet', source='corosyncd', since=since,
                 timeout=60)
    assert cluster[1].members() == others
    assert not lab.events.find('replays the journal', source='kernel',
                               since=since)
    lab.power.set_mode('normal')
    assert cluster.wait_recovered(3, since, 120) in others
    cluster.back(3)
    cluster.survivors_write(*cluster.numbers)
    cluster.finish()
