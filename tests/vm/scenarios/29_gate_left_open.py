# SPDX-License-Identifier: GPL-2.0-only
"""A build that recovers without waiting for the fence: the checker sees it."""

from cluster import Cluster

MUTANT = 'VCS_MUTANT_GATE_OPEN'


def run(lab):
    cluster = Cluster(lab)
    cluster.start()
    lab.power.set_mode('hanging', target=3)

    since = lab.cursor()
    lab.guests[3].kill()
    cluster.wait_replay(3, since)
    verdict = cluster.verdict()
    assert verdict.broken('early'), verdict.report()
    assert 'verdict: FAIL' in verdict.report()
