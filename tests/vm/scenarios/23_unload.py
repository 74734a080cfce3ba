# SPDX-License-Identifier: GPL-2.0-only
"""Unloading: refused while joined, clean and without a trace afterwards."""

from cluster import Cluster

NODES = 2


def run(lab):
    cluster = Cluster(lab)
    cluster.start()
    node = cluster[2]
    provider = cluster[2].MODULE

    for module in (provider, 'vcs'):
        status, output = node.guest.sh(f'rmmod {module}')
        assert status, f'{module} went while in use'
        assert 'use' in output or 'tempor' in output.lower(), output
    node.wait_commits(5)

    cluster.finish()
    for node in cluster.nodes.values():
        node.guest.run('killall vcs-fenced vcsctl; true')
        node.stop_membership()
        node.guest.run(f'rmmod {provider} && rmmod vcs')
        left = node.guest.run(
            'ls -d /sys/cluster /sys/module/vcs* /sys/module/minigfs '
            '/sys/kernel/tracing/events/vcs 2>/dev/null; '
            'grep -E "vcs|minigfs" /proc/modules /proc/net/udp; true')
        assert not left, left
        assert not node.guest.splats(node.guest.run('dmesg'))
    # And from the start again, in the same kernels.
    cluster.format()
    cluster.prepare()
    cluster.join()
    cluster.mount()
    cluster.survivors_write()
    cluster.finish()
