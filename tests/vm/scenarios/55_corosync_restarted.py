# SPDX-License-Identifier: GPL-2.0-only
"""While the consumers write, corosync and the daemon of one node are restarted,
and are back when the others have removed it: it wrote on, frozen, until it
hears that; nobody else touches its data before it is fenced."""

import signal

from cluster import Cluster

LEFT_OUT = {'cman': 'it has neither'}
CHECK = ()


def run(lab):
    cluster = Cluster(lab, extra='grace=300')
    cluster.start()
    node = cluster[2]

    since = lab.cursor()
    lab.power.set_mode('failing', target=2)
    node.corosync.kill(signal.SIGKILL)
    node.daemon.kill(signal.SIGKILL)
    node.event('state', since, state='frozen')
    cluster.wait_members([1, 3], timeout=120)
    lab.wait_for('off 2 answered error', source='power', since=since,
                 timeout=60)
    node.wait_commits(5)

    node.start_corosync()
    node.start_daemon()
    lab.until(lambda: node.state('phase') == 'evicted', 120,
              'node 2 to be evicted')
    for other in (1, 3):
        assert cluster[other].members() == [1, 3]
        assert cluster[other].waiting_for() == 'fence:2'
    assert not lab.events.find('replays the journal', source='kernel',
                               since=since)

    lab.power.set_mode('normal')
    assert cluster.wait_recovered(2, since, 120) in (1, 3)
    cluster.survivors_write(1, 3)
    cluster.back(2)
    cluster.survivors_write(*cluster.numbers)
    cluster.finish()
