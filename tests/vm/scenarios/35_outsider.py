# SPDX-License-Identifier: GPL-2.0-only
"""A quorum of deciders is gone: nobody goes on before each absent node,
also one that had left the view long ago, is fenced."""

from cluster import Cluster

ABSENT = 3


def run(lab):
    cluster = Cluster(lab)
    cluster.start()

    # Node 3 is off, fenced and recovered: the view is 1 and 2.
    since = lab.cursor()
    lab.guests[ABSENT].kill()
    cluster.wait_recovered(ABSENT, since)
    cluster.wait_members([1, 2])
    cluster.survivors_write(1, 2)

    # One decider of two is left. Node 1 comes back, with nothing to show that
    # its life before is over: it is switched off for that, and comes again.
    since = lab.cursor()
    lab.power.set_mode('failing', target=ABSENT)
    lab.guests[1].kill()
    return_of(cluster, 1)
    cluster.wait_fenced(1, since)
    return_of(cluster, 1)

    # A life of node 3 might have been let in by the one that is lost.
    lab.wait_for(f'off {ABSENT} answered error', node=2, source='power',
                 since=since)
    assert cluster[2].members() == [1, 2], cluster[2].members()
    assert cluster[2].sysfs('quorate') == '0'
    assert not lab.events.find('replays the journal', source='kernel',
                               since=since)

    lab.power.set_mode('normal', target=ABSENT)
    cluster.wait_fenced(ABSENT, since)
    cluster[1].event('state', since, 60, state='member')
    cluster.wait_members([1, 2])
    cluster.wait_replay(1, since)
    cluster.mount(1)
    cluster.survivors_write(1, 2)
    cluster.back(ABSENT)
    cluster.finish()


def return_of(cluster, number):
    guest = cluster.lab.guests[number]
    guest.boot()
    guest.wait_up()
    cluster[number].prepare()
    cluster[number].join()
