# SPDX-License-Identifier: GPL-2.0-only
"""Membership that vcs_cman decides, in the kernel."""

from vmlib.machine import MEMORY


class Cman:
    NAME = 'cman'
    MODULE = 'vcs_cman'
    MEMORY = MEMORY

    ABOUT = 'vcs_cman, in each kernel'
    # What it adds to the story of a cluster (story.py), and to a recovery.
    STORY = {}
    MARKS = ()

    def __init__(self, cluster):
        self.cluster = cluster
        self.lab = cluster.lab

    @staticmethod
    def check():
        """What this provider needs is there."""

    def start(self, node):
        """What its administrator does after each boot, before the join."""
        node.guest.put('/etc/vcs/key', self.cluster.key, 0o600)

    def stop(self, node):
        """What keeps the module from being unloaded: nothing does."""

    def join(self, node):
        """Words of "vcsctl join CLUSTER"."""
        return f'-K /etc/vcs/key -o {self.options(node.number)}'

    def options(self, number):
        cluster = self.cluster
        peers = '+'.join(f'{other}@{self.lab.guests[other].address}'
                         f'*{cluster.votes.get(other, 1)}'
                         for other in cluster.numbers)
        words = {'nodeid': number, 'peers': peers}
        if cluster.two_node:
            words['two_node'] = 1
        elif cluster.wait_for_all:
            words['wait_for_all'] = 1
        if cluster.detection:
            words.update(heartbeat=1000, dead=cluster.detection)
        return cluster.words(words)
