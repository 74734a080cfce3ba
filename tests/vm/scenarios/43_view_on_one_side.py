# SPDX-License-Identifier: GPL-2.0-only
"""Cut apart just when a view was delivered to one side: the other side, which
had agreed to it and never heard of it, takes the same view, and then goes on."""

from cluster import Cluster

NODES = 4
LEADER, OTHERS, NEWCOMER = 1, (2, 3), 4

# The leader's packets are under way for so long: there is time to hear that it
# has a view, and to lose the packets that would have told the others.
DELAY = 500


def view(cluster, number, generation, since):
    """(the lab's event, members that joined with this view on that node)"""
    node = cluster[number]
    event, _ = node.event('view', since, 60, generation=generation)
    return event, sorted((fields['nodeid'], fields['incarnation'])
                         for fields in node.events('node-joined', since))


def run(lab):
    """Nodes 2 and 3 are a quorum by themselves. Node 4 is let in: node 1, the
    lowest, leads, so it is the first to know that this was decided."""
    cluster = Cluster(lab, votes=dict.fromkeys(OTHERS, 2))
    cluster.form()
    since = lab.cursor()
    lab.guests[NEWCOMER].kill()
    cluster.wait_fenced(NEWCOMER, since)
    cluster.wait_members([LEADER, *OTHERS])
    cluster.mount(LEADER, *OTHERS)
    lab.start(NEWCOMER)
    cluster.prepare(NEWCOMER)
    lifetime = cluster[LEADER].sysfs('lifetime')
    generation = int(cluster[LEADER].sysfs('generation')) + 1

    lab.guests[LEADER].run(
        f'tc qdisc add dev eth0 root netem delay {DELAY}ms limit 10000')
    since = lab.cursor()
    cluster[NEWCOMER].join()
    delivered, joined = view(cluster, LEADER, generation, since)
    lab.net.partition([LEADER], [*OTHERS, NEWCOMER])
    cut = lab.wait_for('^partition', source='lab', since=since)

    for number in OTHERS:
        event, same = view(cluster, number, generation, since)
        assert event.time > cut.time > delivered.time, \
            f'node {number} had the view before it was cut off'
        assert same == joined, (same, joined)
        assert cluster[number].sysfs('lifetime') == lifetime
    # Node 4 may have taken them for gone, and asks anew: not of interest here.
    lab.guests[NEWCOMER].kill()
    assert cluster.wait_recovered(LEADER, since) in OTHERS
    cluster.wait_members(OTHERS)
    cluster.survivors_write(*OTHERS)
    cluster.finish(*OTHERS)
