# SPDX-License-Identifier: GPL-2.0-only
"""A node whose membership vcs_cman decides, in the kernel."""

from .node import Node


class CmanNode(Node):
    PROVIDER = 'cman'
    MODULE = 'vcs_cman'
    ABOUT = 'vcs_cman, in each kernel'

    DETECTION = {
        'test': {},
        'default': {},
        'slow': {'heartbeat': 1000, 'dead': 20},
    }

    def start_membership(self):
        self.guest.put('/etc/vcs/key', self.cluster.key, 0o600)

    def join_words(self):
        return f'-K /etc/vcs/key -o {self.options()}'

    def options(self):
        cluster = self.cluster
        peers = '+'.join(f'{other}@{self.lab.guests[other].address}'
                         f'*{cluster.votes.get(other, 1)}'
                         for other in cluster.numbers)
        words = {'nodeid': self.number, 'peers': peers}
        if cluster.two_node:
            words['two_node'] = 1
        elif cluster.wait_for_all:
            words['wait_for_all'] = 1
        words.update(self.DETECTION[cluster.detection])
        return cluster.words(words)
