# SPDX-License-Identifier: GPL-2.0-only
"""A node is removed while the disk holds a write of it: it is not through with
its eviction before that write is over, and sends no other."""

from cluster import Cluster
from vmlib.nbdlog import WRITE

SAID = 'minigfs: node 3 was removed from the cluster'


def run(lab):
    cluster = Cluster(lab)
    cluster.start()

    since = lab.cursor()
    lab.power.set_mode('failing', target=3)
    lab.disk.hold(3)
    lab.until(lambda: lab.disk.waiting(3), what='a write under way')
    lab.net.partition([3], [1, 2])
    cluster.wait_members([1, 2], on=[1, 2])
    lab.net.heal()
    lab.until(lambda: cluster[3].state('phase') == 'evicted',
              what='node 3 to hear of it')
    assert SAID not in cluster[3].guest.run('dmesg')

    lab.disk.release(3)
    over = cluster[3].says(SAID, since)
    assert not lab.events.find('replays the journal', source='kernel',
                               since=since)
    lab.power.set_mode('normal')
    assert cluster.wait_recovered(3, since) == 1
    late = [record for record in lab.disk.records() if record.type == WRITE
            and record.guest == 3 and record.time > over.time]
    assert not late, late
    cluster.survivors_write(1, 2)
    cluster.back(3)
    cluster.finish()
