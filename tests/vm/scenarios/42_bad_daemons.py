# SPDX-License-Identifier: GPL-2.0-only
"""Daemons of the user bridge that die, stall, flood and lie: each is refused
with an errno and words, and changes nothing that anybody can see."""

from vmlib.paths import TOP

NODES = 1
ONCE = 'daemons of its own on the user bridge'
TIMELINES = TOP / 'tests/bridge/timelines'
FAR = 'ip netns exec far '

# Timeline, and where its daemons run.
TABLE = (
    ('dies_in_join', ''),
    ('dies_in_view', ''),
    ('dies_in_fence', ''),
    ('stalls', ''),
    ('gone_for_longer', ''),
    ('floods', ''),
    ('lies_in_views', ''),
    ('lies_in_messages', ''),
    ('lies_in_answers', ''),
    ('two_claim', ''),
    ('same_port', ''),
    ('leaves', ''),
    ('evicted', ''),
    ('join_fails', ''),
    ('fail', ''),
)
# While the cluster has an owner at home.
ELSEWHERE = (
    ('elsewhere', FAR),
    ('unprivileged', 'unshare -U -r '),
    ('unprivileged', 'unshare -U -r -n '),
)

# Answers once the timeline says so.
AGENT = '''#!/bin/sh
grep -q -e action=off -e action=reboot || exit 0
until [ -e /tmp/go ]; do usleep 20000; done
'''
FENCE_CONF = '''[daemon]
clusters = alpha

[default]
agent = /usr/sbin/agent_go
timeout = 60
retries = 1
'''
MOUNT = '''#!/bin/sh
set -e
mkfs.minigfs -n 1 -s 32 /dev/shared
modprobe minigfs cluster=alpha device=/dev/shared
until [ "$(cat /sys/module/minigfs/state/committed)" -gt 5 ]; do
    usleep 20000
done
'''
# The freezer's rehearsal: should it not be refused, it comes back by itself.
SUSPEND = '''#!/bin/sh
echo 1 >/sys/module/suspend/parameters/pm_test_delay
echo freezer >/sys/power/pm_test
echo freeze >/sys/power/state
'''


def prepare(guest):
    for name, text in (('agent_go', AGENT), ('mount_minigfs', MOUNT),
                       ('suspend_machine', SUSPEND)):
        guest.put(f'/usr/sbin/{name}', text, 0o755)
    guest.put('/etc/vcs/fence.conf', FENCE_CONF, 0o600)
    for path in sorted(TIMELINES.iterdir()):
        guest.put(f'/tmp/{path.name}', path.read_text())
    guest.run('modprobe vcs && modprobe vcs_userbridge && ip netns add far')


def play(guest, name, where=''):
    """(exit status, last lines) of a timeline, played to its end."""
    status, output = guest.sh(f'{where}scripted alpha /tmp/{name}',
                              timeout=240)
    return status, output.strip()


def over(lab, guest):
    """The cluster ends, whatever became of its daemon."""
    guest.sh('vcsctl leave alpha')
    lab.until(lambda: guest.sh('[ -e /sys/cluster/alpha ]')[0], 30,
              'the cluster to be over')


def run(lab):
    guest = lab.guests[1]
    prepare(guest)
    since = lab.cursor()
    guest.spawn('exec vcs-fenced -f', 'fenced')
    lab.wait_for('listening for fence requests', 1, 'fenced', since)

    for name, where in TABLE:
        status, output = play(guest, name, where)
        assert status == 0, f'{name}: {output}'
        lab.say(f'{name}: {output}')
        over(lab, guest)

    # The player itself notices what is not as it is written.
    status, output = play(guest, 'wrong')
    assert status == 1 and 'FAIL line 6: view: errno 0' in output, output
    over(lab, guest)

    guest.run('vcsctl join alpha --no-wait -p userbridge -o grace=60')
    lone = guest.spawn('exec lone alpha 1', 'lone')
    guest.run('until [ "$(cat /sys/cluster/alpha/state)" = member ]; '
              'do usleep 20000; done', timeout=30)
    for name, where in ELSEWHERE:
        status, output = play(guest, name, where)
        assert status == 0, f'{name}: {output}'
        lab.say(f'{name}, {where}: {output}')
    guest.run('vcsctl leave alpha')
    assert lone.wait(10) == 0, lone.text()

    guest.run('killall vcs-fenced; ip netns del far')
    guest.run('rmmod vcs_userbridge && rmmod vcs')
    assert not guest.splats(guest.run('dmesg'))
