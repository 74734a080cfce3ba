# SPDX-License-Identifier: GPL-2.0-only
"""Two nodes on real corosync, cut apart: exactly one survives, and none without
a fence."""

from cluster.corosync import CorosyncCluster

NODES = 2
MEMORY = 512


def run(lab):
    cluster = CorosyncCluster(lab, quorum='two_node: 1')
    cluster.start()

    # The agent works for neither: both wait, neither goes on.
    since = lab.cursor()
    lab.power.set_mode('failing')
    lab.net.partition([1], [2])
    for number in (1, 2):
        lab.wait_for(f'off {3 - number} answered error', node=number,
                     source='power', since=since)
        assert cluster[number].members() == [1, 2]
    assert not lab.events.find('replays the journal', source='kernel',
                               since=since)

    lab.power.set_mode('normal')
    fence = lab.wait_for(r'off (\d) answered ok', source='power', since=since)
    dead = int(fence.match[1])
    alive = 3 - dead
    assert cluster.wait_recovered(dead, since) == alive
    assert [guest.node for guest in lab.up()] == [alive]
    assert cluster[alive].members() == [alive]
    cluster.survivors_write(alive)

    lab.net.heal()
    cluster.back(dead)
    cluster.survivors_write(1, 2)
    cluster.finish()
