# SPDX-License-Identifier: GPL-2.0-only
"""The recoverer dies in the middle of a replay; the next one finishes it."""

from checker import layout as lay
from cluster import Cluster
from vmlib.nbdlog import WRITE

VICTIM, FIRST, NEXT = 3, 1, 2


def slots_of(lab, number):
    """(first byte, bytes) of a node's slots on the disk."""
    layout = lay.Layout(lay.decode(lab.disk.read(0, lay.BLOCK), lay.SUPER, 0))
    first = layout.where(lay.SLOT, (number - 1) * layout.slots)
    return first * lay.BLOCK, layout.slots * lay.BLOCK


def written(lab, node, start, length, since):
    return [record.offset for record in lab.disk.records()
            if record.type == WRITE and record.guest == node and
            record.time > since and start <= record.offset < start + length]


def run(lab):
    """Node 2 has votes enough to be quorate alone. The disk holds what node 1
    replays into the second half of node 3's slots; one such write lands when
    node 1 stands still for good."""
    cluster = Cluster(lab, votes={NEXT: 3})
    cluster.start(batch=32)

    start, length = slots_of(lab, VICTIM)
    half = length // 2
    lab.disk.hold(FIRST, start + half, half)
    since = lab.cursor()
    cluster[VICTIM].wait_unapplied(24)
    lab.guests[VICTIM].kill()
    fence = cluster.wait_fenced(VICTIM, since)
    lab.until(lambda: lab.disk.waiting(FIRST), what='a replay under way')
    lab.guests[FIRST].pause(clock_runs=True)
    lab.disk.release(FIRST)
    lab.guests[FIRST].kill()

    half_done = written(lab, FIRST, start, length, fence.time)
    assert half_done, 'nothing was replayed'
    # It did not come to the end; the next one may be there already.
    assert not lab.events.find('replays the journal', FIRST, 'kernel', since)
    assert cluster.wait_recovered(VICTIM, since) == NEXT
    assert cluster.wait_recovered(FIRST, since) == NEXT
    assert written(lab, NEXT, start, length, fence.time), 'nothing was left'
    cluster.wait_members([NEXT])
    cluster.survivors_write(NEXT)
    verdict = cluster.finish(NEXT)
    assert sorted(verdict.recovered) == [(FIRST, NEXT), (VICTIM, NEXT)], \
        verdict.report()
