# SPDX-License-Identifier: GPL-2.0-only
"""Sixteen nodes in one guest, each in a network namespace of its own."""

import json

NODES = 1
LEFT_OUT = {'userbridge': 'one corosync serves one machine, not a namespace'}
COUNT = 16
SETUP = '''
set -e
ip link add br0 type bridge
ip link set br0 up
for i in $(seq 1 {count}); do
    ip netns add n$i
    ip link add v$i type veth peer name eth0 netns n$i
    ip link set v$i master br0 up
    ip -n n$i link set lo up
    ip -n n$i address add 10.78.0.$i/24 dev eth0
    ip -n n$i link set eth0 up
done
'''


def vcsctl(guest, node, words):
    return guest.run(f'ip netns exec n{node} vcsctl {words}')


def members(guest, node):
    nodes = json.loads(vcsctl(guest, node, 'nodes -j many'))
    return [entry['nodeid'] for entry in nodes]


def wait_members(lab, guest, numbers, on):
    """The last view may come a little later to one node than to another."""
    for node in on:
        lab.until(lambda node=node: members(guest, node) == numbers, 120,
                  f'node {node} of {COUNT} to see {numbers}')


def run(lab):
    guest = lab.guests[1]
    guest.run('modprobe vcs && modprobe vcs_cman')
    guest.run(SETUP.format(count=COUNT), timeout=120)
    guest.put('/etc/vcs/key', bytes(range(32)), 0o600)
    peers = '+'.join(f'{i}@10.78.0.{i}' for i in range(1, COUNT + 1))
    everyone = list(range(1, COUNT + 1))
    for node in everyone:
        vcsctl(guest, node, 'join many --no-wait -K /etc/vcs/key -o '
               f'nodeid={node},peers={peers},heartbeat=500,dead=12,'
               'wait_for_all=1')
    wait_members(lab, guest, everyone, everyone)

    generations = {vcsctl(guest, node, 'status -j many') for node in (1, 16)}
    views = {(entry['lifetime'], entry['generation']) for text in generations
             for entry in as_list(json.loads(text))}
    assert len(views) == 1, views

    # A clean leave, and a namespace that vanishes with its node in it.
    vcsctl(guest, 16, 'leave many')
    wait_members(lab, guest, everyone[:-1], everyone[:-1])
    guest.run('ip netns del n15')
    wait_members(lab, guest, everyone[:-2], everyone[:-2])

    for node in everyone[:-2]:
        guest.run(f'ip netns del n{node}')
    guest.run('ip netns del n16')
    lab.until(lambda: guest.sh('rmmod vcs_cman')[0] == 0, 60,
              'the last namespace to go')
    guest.run('rmmod vcs')
    assert not guest.splats(guest.run('dmesg'))


def as_list(value):
    return value if isinstance(value, list) else [value]
