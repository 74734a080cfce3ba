# SPDX-License-Identifier: GPL-2.0-only
"""Corosync is asked to end: not while its node is in the cluster. A machine that
reboots leaves first, unless its I/O is at stake."""

from cluster import Cluster

LEFT_OUT = {'cman': 'it has no corosync'}
CHECK = ()


def run(lab):
    cluster = Cluster(lab)
    cluster.form()
    node = cluster[3]

    since = lab.cursor()
    output = node.guest.run('corosync-cfgtool -H')
    assert 'Could not shutdown' in output, output
    lab.wait_for('corosync may not end', 3, 'corosyncd', since)
    assert node.members() == [1, 2, 3]

    cluster.leave(3)
    cluster.wait_members([1, 2])
    since = lab.cursor()
    node.guest.run('corosync-cfgtool -H')
    lab.wait_for('exiting normally', 3, 'corosync', since)
    assert not cluster[1].events('quorum', since, quorate=False)

    # It waits for the next one.
    node.start_corosync()
    cluster.join(3)
    cluster.wait_members([1, 2, 3])
    since = lab.cursor()
    node.guest.expect_exit()
    node.guest.start('busybox reboot -f')
    _, event = cluster[1].event('node-left', since, nodeid=3)
    assert event['reason'] == 'clean', event
    cluster.wait_members([1, 2])
    node.guest.wait_exit()
    assert not lab.events.find('off 3', source='power', since=since)

    cluster.back(3, mount=False)
    cluster.mount()
    since = lab.cursor()
    node.guest.expect_exit()
    node.guest.start('busybox reboot -f')
    assert cluster.wait_recovered(3, since, 120) in (1, 2)
    cluster.survivors_write(1, 2)
    cluster.finish(1, 2)
