# SPDX-License-Identifier: GPL-2.0-only
"""Two nodes, cut apart: exactly one survives, and none without a fence."""

from cluster import Cluster

NODES = 2
CHECK = ('cman', 'userbridge')


def run(lab):
    cluster = Cluster(lab, two_node=True, extra='fence_delay=500')
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
