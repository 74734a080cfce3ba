# SPDX-License-Identifier: GPL-2.0-only
"""A clean leave: refused while mounted; LEFT and no fence afterwards."""

from cluster import Cluster


def run(lab):
    cluster = Cluster(lab)
    cluster.start()

    since = lab.cursor()
    cluster[3].must_fail('leave lab', 'stateful')
    assert cluster[3].sysfs('state') == 'member'
    cluster[3].wait_commits(5)

    cluster[3].unmount()
    cluster.leave(3)
    _, left = cluster[1].event('node-left', since, nodeid=3)
    assert left['reason'] == 'clean', left
    cluster.wait_members([1, 2])
    cluster.survivors_write(1, 2)
    assert not lab.events.find('off 3', source='power', since=since)
    assert cluster[1].show('fence -l') == []

    # In the same boot: nothing of the first life is in the way.
    cluster.join(3)
    cluster.mount(3)
    cluster[3].wait_commits(10)
    verdict = cluster.finish()
    assert not verdict.recovered, verdict.report()
