# SPDX-License-Identifier: GPL-2.0-only
"""A machine that reboots says goodbye, unless its I/O is at stake."""

from cluster import Cluster

LEFT_OUT = {'userbridge': '57_corosync_goodbye shows it there'}


def reboot(guest):
    """With something for the lab's agent, which is real-time, to pass on until
    the last moment: it must not spin in front of the way down."""
    guest.expect_exit()
    guest.start('while usleep 1000; do echo "going down" >/dev/kmsg; done')
    guest.start('busybox reboot -f')


def run(lab):
    cluster = Cluster(lab)
    cluster.form()

    since = lab.cursor()
    reboot(lab.guests[3])
    _, event = cluster[1].event('node-left', since, nodeid=3)
    assert event['reason'] == 'clean', event
    cluster.wait_members([1, 2])
    lab.guests[3].wait_exit()
    assert not lab.events.find('off 3', source='power', since=since)

    cluster.back(3, mount=False)
    cluster.mount()
    cluster[3].wait_commits(5)
    since = lab.cursor()
    reboot(lab.guests[3])
    assert cluster.wait_recovered(3, since) == 1
    cluster.survivors_write(1, 2)
    cluster.finish(1, 2)
    assert 'RT throttling' not in lab.guests[3].tail(1000)
