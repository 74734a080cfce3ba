# SPDX-License-Identifier: GPL-2.0-only
"""Each malformed or forbidden netlink message gets its errno and its words."""

NODES = 1
ONCE = 'the switch, with no cluster in it'


def run(lab):
    guest = lab.guests[1]
    guest.run('modprobe vcs')
    status, output = guest.sh('nltest', timeout=120)
    assert status == 0, output
    lab.say(output.strip().split('\n')[-1])
    guest.run('rmmod vcs')
