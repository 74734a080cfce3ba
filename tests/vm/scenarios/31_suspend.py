# SPDX-License-Identifier: GPL-2.0-only
"""Suspend and restore are refused while a stateful listener exists, only then."""

from cluster import Cluster

NODES = 2

# The freezer's rehearsal: should it not be refused, it comes back by itself.
REHEARSE = ('echo 1 >/sys/module/suspend/parameters/pm_test_delay; '
            'echo freezer >/sys/power/pm_test; '
            'echo freeze >/sys/power/state')

# Who opens this for writing is about to put an image in this kernel's place.
RESTORE = 'test -c /dev/snapshot && : >/dev/snapshot'


def run(lab):
    cluster = Cluster(lab)
    cluster.form()
    guest = lab.guests[2]
    guest.run(REHEARSE)
    guest.run(RESTORE)

    cluster.mount()
    since = lab.cursor()
    assert guest.sh(REHEARSE)[0], 'suspended, although minigfs is mounted'
    cluster[2].says('lab is in use: no suspend', since)
    later = lab.cursor()
    assert guest.sh(RESTORE)[0], 'restored, although minigfs is mounted'
    cluster[2].says('lab is in use: .*no restore', later)
    cluster.survivors_write(1, 2)
    assert cluster[1].members() == [1, 2]
    assert not cluster[1].events('node-failed', since)

    cluster.unmount(2)
    guest.run(REHEARSE)
    guest.run(RESTORE)
    cluster.finish(1)
    cluster.leave(2)
