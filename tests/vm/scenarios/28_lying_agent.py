# SPDX-License-Identifier: GPL-2.0-only
"""An agent that says "off" and does nothing: the checker must see it."""

from cluster import Cluster


def run(lab):
    """Node 3 is cut off with a write under way, as in a slow storage network.
    It is reported fenced, and recovered; then its write arrives."""
    cluster = Cluster(lab)
    cluster.start(rate=200)
    lab.power.set_mode('lying', target=3)

    lab.disk.hold(3)
    # Sent, and no answer came.
    lab.until(lambda: lab.disk.waiting(3), what='a write in flight')
    since = lab.cursor()
    lab.net.partition([3], [1, 2])
    fence = cluster.wait_recovered_by_word(3, since)
    cluster.survivors_write(1, 2)
    assert cluster.verdict().passed, cluster.verdict().report()
    lab.disk.release(3)
    lab.until(lambda: cluster.verdict().broken('fenced'), 30,
              'the checker to notice a write of the fenced node')
    verdict = cluster.verdict()
    assert 'verdict: FAIL' in verdict.report()
    lab.say(f'fenced at {fence.time}:\n{verdict.report()}')
