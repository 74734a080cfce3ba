# SPDX-License-Identifier: GPL-2.0-only
"""What an administrator sees of one node: vcsctl, sysfs, uevents, namespaces."""

import json
import re

NODES = 1
ONCE = 'the switch and the template provider'

FILES = {'provider': 'template', 'state': 'member', 'generation': '1',
         'quorate': '1', 'votes': '1', 'expected_votes': '1', 'quorum': '1',
         'local_node': '7', 'nodes/7/votes': '1', 'nodes/7/state': 'member',
         'nodes/7/joined_generation': '1'}
# Exit codes that vcsctl(8) promises, and words.
CODES = (('join alpha -p template', 1, 'in use in this network namespace'),
         ('join beta -p template -o nodeid=0', 1, 'failed'),
         ('join beta -p nonesuch', 1, 'vcs-provider-nonesuch'),
         ('join beta -p template -o overdue=x', 1, "'overdue=x'"),
         ('status nonesuch', 3, 'cluster nonesuch: no cluster of this name'),
         ('nodes nonesuch', 3, 'no cluster of this name'),
         ('fence alpha 9 --yes', 3, 'no such member'),
         ('fence alpha 7 --yes', 1, 'carries no records'),
         ('fence alpha 7', 2, 'no terminal'),
         ('confirm alpha 9 --yes', 3, 'no fence of this node is pending'),
         ('fence -l alpha', 0, 'nothing to fence'),
         ('listeners', 0, 'nobody uses alpha'),
         ('providers', 0, 'template  vcs_template'),
         ('status', 0, 'alpha: member, quorate'),
         ('log -n 99', 3, 'nothing is known of a node 99'),
         ('log -n 7', 0, 'member-joined'))


def check_vcsctl(guest):
    for words, code, text in CODES:
        status, output = guest.sh(f'vcsctl {words}')
        assert status == code and text in output, (words, status, output)
    for words in ('status', 'nodes', 'listeners', 'providers', 'log',
                  'fence -l'):
        json.loads(guest.run(f'vcsctl {words} -j'))
    nodes = json.loads(guest.run('vcsctl nodes -j alpha'))
    assert [(n['nodeid'], n['local'], n['node_state']) for n in nodes] == [
        (7, True, 'member')], nodes


def check_sysfs(guest):
    for name, value in FILES.items():
        got = guest.run(f'cat /sys/cluster/alpha/{name}').strip()
        assert got == value, (name, got)
    assert re.fullmatch('[0-9a-f]{32}',
                        guest.run('cat /sys/cluster/alpha/lifetime').strip())
    status = json.loads(guest.run('vcsctl status -j alpha'))
    for name, key in (('incarnation', 'incarnation'),
                      ('lifetime', 'lifetime'),
                      ('nodes/7/incarnation', 'incarnation')):
        assert guest.run(f'cat /sys/cluster/alpha/{name}').strip() == \
            status[key], (name, status)
    in_use = guest.run('cat /sys/cluster/providers/template/in_use').strip()
    assert in_use == '1', in_use


def check_namespaces(guest):
    """The same name, twice, each seen where it is."""
    guest.run('ip netns add far')
    inside = 'ip netns exec far '
    assert 'alpha' not in guest.run(inside + 'ls /sys/cluster')
    guest.run(inside + 'vcsctl join alpha -p template -o nodeid=8')
    assert guest.run('cat /sys/cluster/alpha/local_node') == '7'
    assert guest.run(inside + 'cat /sys/cluster/alpha/local_node') == '8'
    assert guest.run(
        inside + 'cat /sys/cluster/providers/template/in_use') == '2'
    # Its end is the end of the cluster in it.
    guest.run('ip netns del far')
    guest.run('until [ "$(cat /sys/cluster/providers/template/in_use)" = 1 ];'
              ' do usleep 20000; done', timeout=20)
    assert guest.run('cat /sys/cluster/alpha/state') == 'member'


def run(lab):
    guest = lab.guests[1]
    guest.run('modprobe vcs')
    guest.spawn('exec vcsctl monitor', 'text')
    # Its subscription is the kernel's to show: only then is nothing missed.
    guest.run('until grep -q vcsctl /proc/*/comm && '
              '[ "$(awk \'$2 == 16 && $4 != "00000000"\' '
              '/proc/net/netlink | wc -l)" -ge 1 ]; do usleep 20000; done',
              timeout=20)
    assert guest.sh('vcsctl status')[0] == 3
    output = guest.run('vcsctl join alpha -p template -o nodeid=7')
    assert 'alpha: member' in output, output
    for text in ('state: joining', 'node 7 joined', 'view: generation 1',
                 'quorate', 'state: member', 'log: member-joined'):
        lab.wait_for(text, node=1, source='text', timeout=20)

    check_vcsctl(guest)
    check_sysfs(guest)
    check_namespaces(guest)

    status, output = guest.sh('rmmod vcs_template')
    assert status, 'a provider went while in use'
    assert guest.run('vcsctl leave') == 'alpha: left'
    lab.wait_for('state: left', node=1, source='text', timeout=20)
    assert guest.run('ls /sys/cluster') == 'providers'
    guest.run('rmmod vcs_template')
    guest.run('until [ -z "$(ls /sys/cluster/providers)" ];'
              ' do usleep 20000; done', timeout=20)
    guest.run('killall vcsctl; rmmod vcs && ! [ -e /sys/cluster ]')
