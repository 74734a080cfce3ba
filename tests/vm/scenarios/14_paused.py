# SPDX-License-Identifier: GPL-2.0-only
"""A node is paused, removed, and resumed before it could be fenced."""

from cluster import Cluster


def run(lab):
    cluster = Cluster(lab)
    cluster.start()

    since = lab.cursor()
    lab.power.set_mode('failing', target=3)
    lab.guests[3].pause(clock_runs=True)
    cluster.wait_members([1, 2], on=[1, 2])
    lab.wait_for('off 3 answered error', source='power', since=since)
    lab.guests[3].cont()
    cluster[3].says('node 3 was removed from the cluster', since)
    assert cluster[3].state('phase') == 'evicted'
    assert not lab.events.find('replays the journal', source='kernel',
                               since=since)

    lab.power.set_mode('normal')
    assert cluster.wait_recovered(3, since) == 1
    cluster.survivors_write(1, 2)
    cluster.back(3)
    cluster.finish()
