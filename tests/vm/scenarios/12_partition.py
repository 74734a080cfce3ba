# SPDX-License-Identifier: GPL-2.0-only
"""A node that is alive and writing is cut off, 1 : 2, and fenced."""

from cluster import Cluster


def run(lab):
    cluster = Cluster(lab)
    cluster.start()

    since = lab.cursor()
    lab.net.partition([3], [1, 2])
    assert cluster.wait_recovered(3, since) == 1
    assert lab.guests[3].state == 'off'
    cluster.survivors_write(1, 2)
    lab.net.heal()
    cluster.back(3)
    cluster.finish()
