# SPDX-License-Identifier: GPL-2.0-only
"""An agent hangs; its node is confirmed, repaired, back, and not shot then."""

from cluster import Cluster

AGENT = '/usr/sbin/fence_lab'
# Fails, and hangs when it is tried again, before it asks the power switch.
HANGS = '''#!/bin/sh
mkdir /run/tried 2>/dev/null && exit 1
echo "fence_lab: hangs" >/dev/kmsg
until [ -e /run/goes_on ]; do
    usleep 20000
done
exec /usr/sbin/fence_real
'''


def agents(node):
    """Those that run there."""
    return node.guest.sh('pidof fence_lab fence_real')[1].split()


def run(lab):
    cluster = Cluster(lab, agent_timeout=60)
    cluster.start()
    for number in (1, 2):
        lab.guests[number].run(f'mv {AGENT} /usr/sbin/fence_real')
        lab.guests[number].put(AGENT, HANGS, 0o700)

    since = lab.cursor()
    lab.guests[3].kill()
    actor = cluster[lab.wait_for('fence_lab: hangs', source='kernel',
                                 since=since).guest]
    assert agents(actor)
    assert actor.waiting_for() == 'fence:3', actor.waiting_for()
    # What the administrator has seen, for the checker.
    lab.disk.mark(f'off 3 by {actor.number}')
    status, output = actor.ctl('confirm lab 3 --yes')
    assert status == 0, output
    cluster.wait_replay(3, since)
    cluster.back(3)

    # Any agent that is left asks the switch now, before it ends.
    for node in cluster.some([1, 2]):
        node.guest.put('/run/goes_on', '')
    for node in cluster.some([1, 2]):
        lab.until(lambda node=node: not agents(node),
                  what=f'the end of the agents of node {node.number}')
    assert not lab.events.find('off 3 asked', source='power', since=since)
    cluster.survivors_write()
    cluster.finish()
