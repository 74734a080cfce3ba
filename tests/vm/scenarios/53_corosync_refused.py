# SPDX-License-Identifier: GPL-2.0-only
"""Where corosync would lower quorum by itself, a join is refused, and says by
what; so are words that are corosync's."""

import signal

from cluster import Cluster

NODES = 1
LEFT_OUT = {'cman': 'it has no options of corosync'}

REFUSED = (
    ('last_man_standing: 1', 'last_man_standing lowers quorum'),
    ('auto_tie_breaker: 1', 'auto_tie_breaker lowers quorum'),
    ('allow_downscale: 1', 'allow_downscale lowers quorum'),
    ('expected_votes: 3', 'expected_votes is 3, the nodelist has 1'),
)


def join(cluster, options=''):
    return f'join {cluster.name} --wait 30 -p userbridge -o grace=10{options}'


def another_corosync(node, *quorum):
    node.corosync.kill(signal.SIGKILL)
    node.quorum = quorum
    node.start_corosync()


def run(lab):
    cluster = Cluster(lab, wait_for_all=False)
    node = cluster[1]
    node.prepare()
    node.must_fail(join(cluster, ',two_node=1'), '"two_node=1" is not known')
    node.must_fail(join(cluster, ',nodeid=2'), 'this is node 1')
    for words, reason in REFUSED:
        since = lab.cursor()
        another_corosync(node, words)
        lab.wait_for('connected to corosync', 1, 'corosyncd', since)
        node.must_fail(join(cluster), reason)
    another_corosync(node)
    node.guest.run(f'vcsctl {join(cluster)}')
    assert node.members() == [1]
    node.guest.run(f'vcsctl leave {cluster.name}')
