# SPDX-License-Identifier: GPL-2.0-only
"""On real corosync: a node is cut off, a corosync dies, a daemon stays away for
longer than its grace period. Each time that node stops, is fenced and replayed
by one of the others, and comes back."""

import signal

from cluster.corosync import CorosyncCluster

MEMORY = 512


def recovered(lab, cluster, number, since):
    """Fenced and replayed by another; the others write; it comes back."""
    others = [other for other in cluster.numbers if other != number]
    assert cluster.wait_recovered(number, since, 120) in others
    cluster.wait_members(others)
    cluster.survivors_write(*others)
    lab.net.heal()
    cluster.back(number)
    cluster.survivors_write(*cluster.numbers)


def run(lab):
    cluster = CorosyncCluster(lab)
    cluster.start()

    since = lab.cursor()
    lab.net.partition([3], [1, 2])
    recovered(lab, cluster, 3, since)

    since = lab.cursor()
    cluster[2].corosync.kill(signal.SIGKILL)
    cluster[2].event('quorum', since, quorate=False)
    recovered(lab, cluster, 2, since)

    # The lowest, which leads: another does meanwhile.
    since = lab.cursor()
    cluster[1].kill_daemon()
    cluster.survivors_write(2, 3)
    recovered(lab, cluster, 1, since)
    cluster.finish()
