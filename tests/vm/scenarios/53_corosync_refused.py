# SPDX-License-Identifier: GPL-2.0-only
"""Where corosync would lower quorum by itself, a join is refused, and says by
what; so are words that are corosync's."""

import signal

from cluster.corosync import CorosyncCluster

NODES = 1
MEMORY = 512

REFUSED = (
    ('last_man_standing: 1', 'last_man_standing lowers quorum'),
    ('auto_tie_breaker: 1', 'auto_tie_breaker lowers quorum'),
    ('allow_downscale: 1', 'allow_downscale lowers quorum'),
    ('expected_votes: 3', 'expected_votes is 3, the nodelist has 1'),
)


def join(cluster, options=''):
    return f'join {cluster.name} --wait 30 -p userbridge -o grace=10{options}'


def run(lab):
    cluster = CorosyncCluster(lab, quorum='')
    node = cluster[1]
    node.prepare()
    node.must_fail(join(cluster, ',two_node=1'), '"two_node=1" is not known')
    node.must_fail(join(cluster, ',nodeid=2'), 'this is node 1')
    for words, reason in REFUSED:
        node.corosync.kill(signal.SIGKILL)
        cluster.quorum = words
        node.guest.put('/etc/corosync/corosync.conf', cluster.conf())
        since = lab.cursor()
        node.start_corosync()
        lab.wait_for('connected to corosync', 1, 'corosyncd', since)
        node.must_fail(join(cluster), reason)
    node.corosync.kill(signal.SIGKILL)
    cluster.quorum = ''
    node.guest.put('/etc/corosync/corosync.conf', cluster.conf())
    node.start_corosync()
    node.guest.run(f'vcsctl {join(cluster)}')
    assert node.members() == [1]
    node.guest.run(f'vcsctl leave {cluster.name}')
