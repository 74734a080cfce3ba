# SPDX-License-Identifier: GPL-2.0-only
"""Whatever is not a fresh packet of a node is dropped and counted by reason.

Of the reasons one cannot be had from outside: "memory", when the kernel fails
to copy a packet that it has.
"""

import collections

from cluster import Cluster
from vmlib.paths import BUILD

LEFT_OUT = {'userbridge': 'the packets are those of vcs_cman'}

PORT = 5440
COUNT = 200
NOT_HAD = {'memory'}


def counters(guest):
    lines = guest.run('cat /sys/kernel/debug/vcs/*').splitlines()
    return {key: int(value) for key, value in
            (line.split(': ') for line in lines) if value.isdigit()}


def run(lab):
    cluster = Cluster(lab)
    cluster.form()
    guest = lab.guests[1]		# it leads, so it also judges who joins
    guest.put('/tmp/badpackets', (BUILD / 'badpackets').read_bytes(), 0o700)

    since = lab.cursor()
    said = guest.run('dmesg | wc -l')
    before = counters(guest)
    kinds = guest.run(f'/tmp/badpackets {PORT} {COUNT} /etc/vcs/key').split()
    assert {f'dropped_{kind}' for kind in {*kinds, *NOT_HAD}} == \
        {key for key in before if key.startswith('dropped_')}, before
    for reason, times in collections.Counter(kinds).items():
        lab.until(lambda r=reason, t=times: counters(guest)[f'dropped_{r}'] >=
                  before[f'dropped_{r}'] + t * COUNT,
                  what=f'{times * COUNT} packets to be counted: {reason}')
    assert guest.run('dmesg | wc -l') == said, guest.run('dmesg | tail')

    # They came from another address; the node's own still go to the others.
    beats = 2 * 3 * counters(guest)['dead_after']
    sent = counters(guest)['sent']
    lab.until(lambda: counters(guest)['sent'] > sent + beats,
              what=f'{beats} packets to be sent')
    for number in lab.nodes:
        assert not cluster[number].events('view', since), number
        assert not cluster[number].events('suspect', since), number
