# SPDX-License-Identifier: GPL-2.0-only
"""All nodes lose power at once; a new cluster replays all their journals."""

from cluster import Cluster


def run(lab):
    cluster = Cluster(lab)
    cluster.start()
    lifetime = cluster[1].sysfs('lifetime')

    since = lab.cursor()
    for guest in lab.guests.values():
        guest.kill()
    lab.start()
    cluster.prepare()
    cluster.join()
    cluster.wait_members([1, 2, 3])
    assert cluster[1].sysfs('lifetime') != lifetime
    cluster.mount()
    for number in (1, 2, 3):
        _, recoverer, _ = cluster.wait_replay(number, since)
        assert recoverer == 1, recoverer
    cluster.survivors_write()
    verdict = cluster.finish()
    assert sorted(verdict.recovered) == [(1, 1), (2, 1), (3, 1)], \
        verdict.report()
