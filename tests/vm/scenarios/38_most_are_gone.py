# SPDX-License-Identifier: GPL-2.0-only
"""Most nodes are gone: the others wait until each life of these is over.

Two deciders of five and a new life of a third go on when every life of the
others is fenced, also one that came in between."""

from cluster import Cluster

NODES = 5
HERE, BACK, AGAIN, STUCK = [1, 2], 3, 4, 5


def run(lab):
    """Node 3 restarts, 4 is powered off and comes back where nobody hears it,
    5 stands still and cannot be fenced until the switch is mended."""
    cluster = Cluster(lab, extra='reboot_fences=1')
    cluster.form()
    cluster.mount(rate=10)
    cluster.at_once(lambda node: node.wait_commits(5), cluster.numbers)

    since = lab.cursor()
    lab.net.partition([*HERE, BACK, STUCK], [AGAIN])
    lab.power.set_mode('failing', target=STUCK)
    lab.guests[STUCK].pause(clock_runs=True)
    lab.guests[AGAIN].kill()
    lab.guests[BACK].kill()
    return_of(cluster, BACK)

    # Of the deciders two answer and one restarted; two must be fenced.
    cluster.wait_fenced(AGAIN, since)
    return_of(cluster, AGAIN)
    nobody_goes_on(cluster, since)
    second = lab.cursor()
    lab.power.set_mode('normal')
    cluster.wait_fenced(STUCK, second)
    lab.power.set_mode('failing', target=STUCK)

    # All are accounted for. What they may have let in is fenced now.
    cluster.wait_fenced(AGAIN, second)
    assert lab.guests[AGAIN].state == 'off'
    lab.wait_for(f'off {STUCK} answered error', source='power', since=second)
    nobody_goes_on(cluster, since)

    # When node 3 restarts that is void, and is asked for anew.
    return_of(cluster, AGAIN)
    lab.guests[BACK].kill()
    lab.power.set_mode('normal')
    third = lab.cursor()
    return_of(cluster, BACK)
    cluster[BACK].event('state', third, 60, state='member')
    assert lab.guests[AGAIN].state == 'off'
    cluster.wait_members([*HERE, BACK])
    for number in (BACK, AGAIN, STUCK):
        cluster.wait_replay(number, third)
    cluster.mount(BACK)
    cluster.at_once(lambda node: node.wait_commits(5), [*HERE, BACK])
    verdict = cluster.finish(*HERE, BACK)
    assert sorted(number for number, _ in verdict.recovered) == \
        [BACK, AGAIN, STUCK], verdict.report()


def return_of(cluster, number):
    guest = cluster.lab.guests[number]
    guest.boot()
    guest.wait_up()
    cluster[number].prepare()
    cluster[number].join()


def nobody_goes_on(cluster, since):
    """No view, no quorum, no replay; and nobody is let in."""
    for node in cluster.some(HERE):
        assert node.members() == cluster.numbers, node.members()
        assert node.sysfs('quorate') == '0'
    assert not cluster[BACK].events('state', since, state='member')
    assert not cluster.lab.events.find('replays the journal', source='kernel',
                                       since=since)
