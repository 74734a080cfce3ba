# SPDX-License-Identifier: GPL-2.0-only
"""vcs-fenced reads its file again on SIGHUP, and keeps the old for a bad one."""

from cluster import Cluster

CONF = '/etc/vcs/fence.conf'
AGENT = '''#!/bin/sh
echo "the other agent is asked" >/dev/kmsg
exec /usr/sbin/fence_lab
'''


def reload(lab, number, conf, answer):
    guest = lab.guests[number]
    guest.put(CONF, conf, 0o600)
    since = lab.cursor()
    guest.run('killall -HUP vcs-fenced')
    return lab.wait_for(answer, node=number, source='fenced', since=since)


def run(lab):
    cluster = Cluster(lab)
    cluster.start()
    good = lab.guests[1].get(CONF) + '\n'
    other = good.replace('/usr/sbin/fence_lab', '/usr/sbin/fence_other')
    assert other != good
    bad = other.replace('agent =', 'agnet =')

    # Another agent, and on top of it a mistake, which is named.
    for number in (1, 2):
        lab.guests[number].put('/usr/sbin/fence_other', AGENT, 0o700)
        reload(lab, number, other, 'read again')
        reload(lab, number, bad, 'agnet.*old configuration stays')
    since = lab.cursor()
    lab.guests[3].kill()
    assert cluster.wait_recovered(3, since) == 1
    lab.wait_for('the other agent is asked', source='kernel', since=since)
    cluster.survivors_write(1, 2)

    # And back, for the next death.
    cluster.back(3)
    for number in (1, 2):
        reload(lab, number, good, 'read again')
    since = lab.cursor()
    lab.guests[3].kill()
    assert cluster.wait_recovered(3, since) == 1
    assert not lab.events.find('the other agent', source='kernel', since=since)
    cluster.finish(1, 2)
