# SPDX-License-Identifier: GPL-2.0-only
"""The one that is cut off stops by itself, before anybody fences it."""

from cluster import Cluster


def run(lab):
    cluster = Cluster(lab)
    cluster.start()

    since = lab.cursor()
    lab.power.set_mode('failing', target=3)
    lab.net.partition([3], [1, 2])
    cluster[3].event('quorum', since, quorate=False)
    lab.until(lambda: cluster[3].state('phase') == 'stopped',
              what='minigfs on node 3 to stop')
    written = cluster[3].counter('committed')
    cluster.wait_members([1, 2])
    lab.wait_for('off 3 answered error', source='power', since=since)
    assert cluster[1].waiting_for() == 'fence:3', cluster[1].waiting_for()
    assert cluster[2].waiting_for() == 'fence:3', cluster[2].waiting_for()
    assert not lab.events.find('replays the journal', source='kernel',
                               since=since)
    assert cluster[3].counter('committed') == written

    lab.power.set_mode('normal')
    assert cluster.wait_recovered(3, since) == 1
    cluster.survivors_write(1, 2)
    cluster.finish(1, 2)
