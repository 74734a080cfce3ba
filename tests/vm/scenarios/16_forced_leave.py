# SPDX-License-Identifier: GPL-2.0-only
"""A forced leave with the consumer mounted is a failure, and fenced."""

from cluster import Cluster


def run(lab):
    cluster = Cluster(lab)
    cluster.start()

    since = lab.cursor()
    status, output = cluster[3].leave(force=True)
    assert status == 0, output
    assert cluster.wait_recovered(3, since) == 1
    _, failed = cluster[1].event('node-failed', since, nodeid=3)
    assert failed['reason'] == 'failed', failed
    assert lab.guests[3].state == 'off'
    cluster.survivors_write(1, 2)
    cluster.finish(1, 2)
