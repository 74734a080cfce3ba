# SPDX-License-Identifier: GPL-2.0-only
"""The network between the guests (netswitch/netswitch.c), and its faults.

A fault is a loss from one node to another, from 0 to 1. All that one call
asks for takes effect at once.
"""

import itertools
import subprocess
import threading

from .errors import LabError
from .paths import BUILD
from .proc import kill, start


class Net:
    def __init__(self, directory, nodes, events):
        self.directory = directory
        self.nodes = list(nodes)
        self.events = events
        self.lock = threading.Lock()
        self.process = start([BUILD / 'netswitch', directory, max(self.nodes)],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True)
        self._answer()

    def netdev(self, node):
        """QEMU's -netdev for a guest."""
        return ('stream,server=off,addr.type=unix,'
                f'addr.path={self.directory}/port{node}')

    @staticmethod
    def mac(node):
        return f'52:54:00:56:43:{node:02x}'

    def loss(self, losses):
        """{(from, to): fraction, …}: of the frames from one to the other,
        lose this fraction."""
        if losses:
            self._command('loss', *(f'{a}>{b}={int(part * 1000000)}'
                                    for (a, b), part in losses.items()))

    def partition(self, *sides):
        """Nodes of different sides cannot reach each other: partition([1],
        [2, 3])."""
        pairs = {}
        for one, other in itertools.permutations(sides, 2):
            pairs.update({(a, b): 1 for a in one for b in other})
        self.events.add(0, 'lab', f'partition {" | ".join(map(str, sides))}')
        self.loss(pairs)

    def cut(self, sender, receiver):
        """One direction only: what sender sends does not reach receiver."""
        self.events.add(0, 'lab', f'cut {sender} > {receiver}')
        self.loss({(sender, receiver): 1})

    def heal(self):
        """End every fault."""
        self.events.add(0, 'lab', 'heal the network')
        self.loss({pair: 0 for pair in itertools.permutations(self.nodes, 2)})

    def count(self, sender, receiver):
        """(passed, dropped) frames so far."""
        answer = self._command('count', f'{sender}>{receiver}')
        passed, dropped = answer.split()
        return int(passed), int(dropped)

    def seed(self, number):
        self._command('seed', str(number))

    def stop(self):
        kill(self.process)

    def _command(self, *words):
        with self.lock:
            self.process.stdin.write(' '.join(words) + '\n')
            self.process.stdin.flush()
            return self._answer()

    def _answer(self):
        line = self.process.stdout.readline().strip()
        if line != 'ok' and not line.startswith('ok '):
            raise LabError(f'netswitch: {line or "has ended"}')
        return line[3:]
