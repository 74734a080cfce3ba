# SPDX-License-Identifier: GPL-2.0-only
"""Whom the others removed restarts or panics, if its administrator said so."""

from cluster import Cluster

SAID = {'reboot': 'evicted from cluster lab: restarting',
        'panic': 'Kernel panic - not syncing: vcs: evicted from cluster lab'}


def evict(lab, cluster, policy):
    """Node 3 is cut off, removed, and hears of it; nobody turns it off."""
    guest = lab.guests[3]
    since = lab.cursor()
    lab.power.set_mode('failing', target=3)
    lab.net.partition([3], [1, 2])
    cluster.wait_members([1, 2])
    lab.wait_for('off 3 answered error', source='power', since=since)
    assert guest.state == 'up'
    guest.allow('Kernel panic')
    guest.expect_exit()
    lab.net.heal()
    guest.wait_exit()
    assert SAID[policy] in guest.tail(80), guest.tail(80)
    # Its word is no fence: the gate waits for that.
    assert not lab.events.find('replays the journal', source='kernel',
                               since=since)

    lab.power.set_mode('normal')
    assert cluster.wait_recovered(3, since) == 1
    cluster.survivors_write(1, 2)


def run(lab):
    cluster = Cluster(lab, extra='on_eviction=reboot')
    cluster.start()
    evict(lab, cluster, 'reboot')

    cluster.extra = 'on_eviction=panic'
    cluster.back(3)
    evict(lab, cluster, 'panic')
    cluster.finish(1, 2)
