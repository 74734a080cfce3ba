# SPDX-License-Identifier: GPL-2.0-only
"""A node restarts and joins again before its death was noticed."""

from cluster import Cluster


def run(lab):
    """Detection takes longer here than a restart. With reboot_fences the
    restart counts as the fence; the old journal is replayed all the same."""
    cluster = Cluster(lab, detection='slow', extra='reboot_fences=1')
    cluster.start()

    since = lab.cursor()
    lab.guests[3].kill()
    cluster.back(3)
    assert not lab.events.find('off 3', source='power', since=since)
    _, failed = cluster[1].event('node-failed', since, nodeid=3)
    _, joined = cluster[1].event('node-joined', since, nodeid=3)
    assert failed['incarnation'] != joined['incarnation']
    _, recoverer, _ = cluster.wait_replay(3, since)
    cluster.survivors_write(1, 2, 3)
    verdict = cluster.finish()
    assert verdict.recovered == [(3, recoverer)], verdict.report()
