# SPDX-License-Identifier: GPL-2.0-only
"""The node that is at a fence dies; another one takes the fence over."""

from cluster import Cluster

NODES = 5


def run(lab):
    cluster = Cluster(lab)
    cluster.start(rate=10)

    since = lab.cursor()
    lab.power.set_mode('hanging', target=5)
    lab.guests[5].kill()
    actor = lab.wait_for('off 5 asked', source='power', since=since).guest
    lab.guests[actor].kill()
    lab.power.set_mode('normal')
    taken = lab.wait_for('off 5 answered ok', source='power', since=since,
                         timeout=90)
    assert taken.guest != actor
    cluster.wait_recovered(5, since)
    cluster.wait_recovered(actor, since)
    rest = sorted({1, 2, 3, 4} - {actor})
    cluster.wait_members(rest)
    cluster.survivors_write(*rest)
    cluster.finish(*rest)
