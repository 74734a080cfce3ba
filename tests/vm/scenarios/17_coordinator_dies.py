# SPDX-License-Identifier: GPL-2.0-only
"""The coordinator dies between ACCEPT and DECIDE; its value is recovered."""

from cluster import Cluster, builds

FAULT = '/sys/module/vcs_cman/parameters/fault'


def run(lab):
    """Node 4 leaves; node 1, the coordinator, dies over that decision. The
    three that are left must finish what some of them accepted."""
    cluster = Cluster(lab)
    builds.use(cluster, 'faults', 'cman_plugin/vcs_cman.ko',
               'VCS_TEST_FAULTS=1')
    cluster.start()

    since = lab.cursor()
    cluster[1].guest.run(f'echo after-accept >{FAULT}')
    cluster[4].unmount()
    status, output = cluster[4].leave()
    assert status == 0, output
    cluster[1].says('fault point after-accept', since)
    lab.guests[1].kill()

    assert cluster.wait_recovered(1, since) == 2
    cluster.wait_members([2, 3])
    for number in (2, 3):
        recovered = [entry for entry in cluster[number].log()
                     if 'recovered value' in entry['text']]
        assert recovered or number != 2, cluster[number].log()
    _, left = cluster[2].event('node-left', since, nodeid=4)
    assert left['reason'] == 'clean', left
    cluster.survivors_write(2, 3)
    cluster.finish(2, 3)


NODES = 4
