# SPDX-License-Identifier: GPL-2.0-only
"""A corosync dies; a daemon stays away for longer than its grace period. Each
time that node stops, is fenced and replayed by another, and comes back."""

import signal

from cluster import Cluster

LEFT_OUT = {'cman': 'it has neither'}


def recovered(cluster, number, since):
    """Fenced and replayed by another; the others write; it comes back."""
    others = [other for other in cluster.numbers if other != number]
    assert cluster.wait_recovered(number, since, 120) in others
    cluster.wait_members(others)
    cluster.survivors_write(*others)
    cluster.back(number)
    cluster.survivors_write()


def run(lab):
    cluster = Cluster(lab)
    cluster.start()

    since = lab.cursor()
    cluster[2].corosync.kill(signal.SIGKILL)
    cluster[2].event('quorum', since, quorate=False)
    recovered(cluster, 2, since)

    # The lowest, which leads: another does meanwhile.
    since = lab.cursor()
    cluster[1].kill_daemon()
    cluster.survivors_write(2, 3)
    recovered(cluster, 1, since)
    cluster.finish()
