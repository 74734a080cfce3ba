# SPDX-License-Identifier: GPL-2.0-only
"""The coordinator dies between ACCEPT and DECIDE; its value is recovered."""

from cluster import Cluster, builds

LEFT_OUT = {'userbridge': 'the fault point is in the module vcs_cman'}

FAULT = '/sys/module/vcs_cman/parameters/fault'


def run(lab):
    """Node 2 asks for a fence of node 1, which, as the coordinator, has to
    bring that request to all. It falls silent when it has sent it out, and no
    decision; nodes 2 and 3 must find what they have accepted, and decide it."""
    cluster = Cluster(lab)
    builds.use(cluster, 'faults', 'VCS_TEST_FAULTS=1')
    cluster.start()

    since = lab.cursor()
    cluster[1].guest.run(f'echo after-accept >{FAULT}')
    status, output = cluster[2].ctl(f'fence {cluster.name} 1 --yes')
    assert status == 0, output
    cluster[1].says('fault point after-accept', since)
    lab.guests[1].kill()

    assert cluster.wait_recovered(1, since) == 2
    cluster.wait_members([2, 3])
    texts = [entry['text'] for entry in cluster[2].log()]
    assert [text for text in texts if 'recovered value' in text], texts
    cluster.survivors_write(2, 3)
    cluster.finish(2, 3)
