# SPDX-License-Identifier: GPL-2.0-only
"""A node dies: view, fence, replay by one survivor; it comes back."""

from cluster import Cluster

CHECK = ('cman', 'userbridge')


def run(lab):
    cluster = Cluster(lab)
    cluster.start()

    since = lab.cursor()
    lab.guests[3].kill()
    assert cluster.wait_recovered(3, since) == 1
    cluster.wait_members([1, 2])
    cluster.survivors_write(1, 2)
    assert cluster[1].counter('adopted') == 1
    assert cluster[2].counter('recovered') == 0

    cluster.back(3)
    assert cluster[1].counter('returned') == 1
    cluster.survivors_write(1, 2, 3)
    verdict = cluster.finish()
    assert verdict.recovered == [(3, 1)], verdict.report()
