# SPDX-License-Identifier: GPL-2.0-only
"""An agent that says "off" and does nothing: the checker must see it."""

from cluster import Cluster


def run(lab):
    """Node 3 is only stopped. It is reported fenced, recovered, and then goes
    on with the transaction it was at."""
    cluster = Cluster(lab)
    cluster.start(rate=200)
    lab.power.set_mode('lying', target=3)

    since = lab.cursor()
    lab.guests[3].pause(clock_runs=True)
    fence = cluster.wait_recovered_by_word(3, since)
    cluster.survivors_write(1, 2)
    assert cluster.verdict().passed, cluster.verdict().report()
    lab.guests[3].cont()
    lab.until(lambda: cluster.verdict().broken('fenced'), 30,
              'the checker to notice a write of the fenced node')
    verdict = cluster.verdict()
    assert 'verdict: FAIL' in verdict.report()
    lab.say(f'fenced at {fence.time}:\n{verdict.report()}')
