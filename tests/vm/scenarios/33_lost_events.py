# SPDX-License-Identifier: GPL-2.0-only
"""A monitor that misses events says so, shows the state, and goes on; also when
the module goes and comes back."""

import json

from cluster.node import SUBSCRIBED

NODES = 1
ONCE = 'the switch and the template provider'
SOURCE = 'slow'
STOP, CONT = 19, 18


def lines(lab, since, key, value):
    return [fields for fields in
            (json.loads(event.text) for event in
             lab.events.find('^{', source=SOURCE, since=since))
            if fields.get(key) == value]


def run(lab):
    guest = lab.guests[1]
    guest.run('modprobe vcs')
    guest.run('vcsctl join alpha -p template -o nodeid=7')
    # Room for a join or two, and a reader that stands still.
    guest.run('echo 24576 >/proc/sys/net/core/rmem_max')
    job = guest.spawn('exec vcsctl monitor -j', SOURCE)
    guest.run(SUBSCRIBED)
    guest.run('vcsctl join beta -p template -o nodeid=8')
    lab.until(lambda: lines(lab, 0, 'cluster', 'beta'), what='the first event')
    assert not lines(lab, 0, 'event', 'resync')

    job.kill(STOP)
    guest.run('for i in 1 2 3 4 5 6 7 8; do vcsctl leave beta && '
              'vcsctl join beta -p template -o nodeid=8 || exit 1; done')
    # The kernel has counted what it could not deliver to that socket.
    guest.run("awk '$2 == 16 && $9 > 0 { n++ } END { exit !n }' "
              '/proc/net/netlink')
    since = lab.cursor()
    job.kill(CONT)
    lab.until(lambda: lines(lab, since, 'event', 'resync'),
              what='the state of both clusters')
    states = {cluster['cluster']: cluster['state'] for cluster in
              lines(lab, since, 'event', 'resync')[-1]['clusters']}
    assert states == {'alpha': 'member', 'beta': 'member'}, states

    since = lab.cursor()
    guest.run('vcsctl leave beta')
    lab.until(lambda: lines(lab, since, 'state', 'left'),
              what='an event after the gap')
    guest.run('vcsctl leave alpha')

    since = lab.cursor()
    guest.run('rmmod vcs_template && rmmod vcs')
    lab.until(lambda: lines(lab, since, 'event', 'unloaded'),
              what='word of the module')
    guest.run('modprobe vcs')
    lab.until(lambda: lines(lab, since, 'event', 'resync'),
              what='word of its return')
    assert lines(lab, since, 'event', 'resync')[-1]['clusters'] == []
    guest.run('vcsctl join gamma -p template -o nodeid=9')
    lab.until(lambda: [fields for fields in lines(lab, since, 'state', 'member')
                       if fields['cluster'] == 'gamma'],
              what='an event of the new module')
    guest.run('vcsctl leave gamma && killall vcsctl')
    guest.run('rmmod vcs_template && rmmod vcs')
