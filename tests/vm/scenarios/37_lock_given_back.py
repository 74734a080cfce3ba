# SPDX-License-Identifier: GPL-2.0-only
"""The disk fails the one who holds the recovery lock: it gives the lock back
as soon as the disk lets it, and another one recovers."""

from checker import layout as lay
from cluster import Cluster

VICTIM, FIRST, NEXT = 3, 1, 2


def slots_of(lab, number):
    """(first byte, bytes) of a node's slots on the disk."""
    layout = lay.Layout(lay.decode(lab.disk.read(0, lay.BLOCK), lay.SUPER, 0))
    first = layout.where(lay.SLOT, (number - 1) * layout.slots)
    return first * lay.BLOCK, layout.slots * lay.BLOCK


def run(lab):
    """Node 2 has votes enough to be quorate alone."""
    cluster = Cluster(lab, votes={NEXT: 3})
    cluster.start(batch=32)

    lab.disk.hold(FIRST, *slots_of(lab, VICTIM))
    since = lab.cursor()
    cluster[VICTIM].wait_unapplied(24)
    lab.guests[VICTIM].kill()
    cluster.wait_fenced(VICTIM, since)
    lab.until(lambda: lab.disk.waiting(FIRST), what='a replay under way')
    lab.guests[FIRST].allow('I/O error')
    lab.disk.block(FIRST)
    lab.disk.release(FIRST)
    cluster[FIRST].says('cannot give the recovery lock back', since)
    assert not lab.events.find('replays the journal', source='kernel',
                               since=since)

    lab.disk.allow(FIRST)
    cluster[FIRST].says('from the disk: it writes no more', since)
    assert cluster.wait_recovered(VICTIM, since) == NEXT
    assert cluster[FIRST].state('phase') == 'failed'

    lab.guests[FIRST].kill()
    assert cluster.wait_recovered(FIRST, since) == NEXT
    cluster.wait_members([NEXT])
    cluster.survivors_write(NEXT)
    cluster.finish(NEXT)
