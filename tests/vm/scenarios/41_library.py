# SPDX-License-Identifier: GPL-2.0-only
"""libvcs against the kernel: modules that come and go, the longest view, a
successor, silence, and no page fault."""

NODES = 1
ONCE = 'programs of its own on the user bridge'


def run(lab):
    guest = lab.guests[1]
    guest.run('modprobe vcs')
    status, output = guest.sh('bridgetest', timeout=120)
    assert status == 0, output
    lab.say(output.strip().split('\n')[-1])
    guest.run('rmmod vcs')
