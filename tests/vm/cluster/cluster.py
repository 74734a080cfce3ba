# SPDX-License-Identifier: GPL-2.0-only
"""A whole cluster: form it, mount, break it, and have it judged."""

import concurrent.futures
import hashlib

from checker import check as checks
from vmlib.errors import TestFailure

from . import monitor
from .providers import PROVIDERS

NAME = 'lab'
SLOTS = 32


class Cluster:
    """nodes, by number, of the class of the lab's provider. The guests are the
    lab's, and must be up.

    detection: how soon a silent node counts as lost: as it is good for a
    "test", by "default", or so "slow" that the node can be back by then.
    extra: more words of the join, or others in place of the usual."""

    def __init__(self, lab, numbers=None, wait_for_all=True, two_node=False,
                 detection='test', votes=None, extra='', name=NAME,
                 agent_timeout=5, agent_retries=1000):
        self.lab = lab
        self.name = name
        self.numbers = sorted(numbers or lab.nodes)
        self.wait_for_all = wait_for_all
        self.two_node = two_node
        self.detection = detection
        self.votes = votes or {}
        self.extra = extra
        self.slots = SLOTS
        self.agent_timeout = agent_timeout
        self.agent_retries = agent_retries
        self.key = hashlib.sha256(f'{name} {lab.seed}'.encode()).digest()
        self.node_class = PROVIDERS[lab.provider]
        self.node_class.check()
        self.nodes = {number: self.node_class(self, number)
                      for number in self.numbers}

    def __getitem__(self, number):
        return self.nodes[number]

    def some(self, numbers=None):
        """These nodes, or all."""
        return [self.nodes[number] for number in numbers or self.numbers]

    def at_once(self, deed, numbers=None):
        """deed(node) on all of these at the same time; the results."""
        nodes = self.some(numbers)
        with concurrent.futures.ThreadPoolExecutor(len(nodes)) as pool:
            return list(pool.map(deed, nodes))

    def words(self, usual):
        """Words of a join: a provider's usual ones, and extra."""
        words = dict(usual)
        for word in filter(None, self.extra.split(',')):
            name, _, value = word.partition('=')
            words[name] = value
        return ','.join(f'{name}={value}' for name, value in words.items())

    # Up

    def format(self):
        """A fresh disk; the checker's rules hold from here on."""
        self.lab.disk.mark('formatting')
        ids = ','.join(map(str, self.numbers))
        first = self.lab.guests[self.numbers[0]]
        first.run(f'mkfs.minigfs -n {ids} -s {SLOTS} /dev/shared')
        self.lab.disk.mark('formatted')

    def prepare(self, *numbers):
        self.at_once(lambda node: node.prepare(), numbers)

    def join(self, *numbers, timeout=60):
        """Join and wait until each of these nodes is a member."""
        since = self.lab.cursor()
        self.at_once(lambda node: node.join(), numbers)
        for node in self.some(numbers):
            node.event('state', since, timeout, state='member')

    def form(self):
        """All nodes, in one view."""
        self.format()
        self.prepare()
        self.join()
        self.wait_members(self.numbers)

    def mount(self, *numbers, **options):
        """Mount, and wait until each of these nodes writes."""
        since = self.lab.cursor()
        self.at_once(lambda node: node.mount(**options), numbers)
        for node in self.some(numbers):
            node.says(f'node {node.number} writes slots', since)

    def start(self, **options):
        """The beginning of most scenarios."""
        self.form()
        self.mount(**options)
        for node in self.nodes.values():
            node.wait_commits(20)

    def back(self, number, mount=True):
        """A node that is off comes back, as after a power cut."""
        guest = self.lab.guests[number]
        if guest.state == 'off':
            guest.boot()
        guest.wait_up()
        self.prepare(number)
        self.join(number)
        if mount:
            self.mount(number)
            self.nodes[number].wait_commits(10)

    # What must come

    def first(self, event, since, **fields):
        """The time at which the first node says this."""
        hits = self.lab.until(
            lambda: monitor.found(self.lab, None, since,
                                  {'event': event, **fields}),
            60, f'the event {event}')
        return min(hit.time for hit, _ in hits)

    def wait_removed(self, number, since):
        """(time at which it is suspected, at which a view is without it)"""
        return (self.first('suspect', since, nodeid=number,
                           node_state='suspect'),
                self.first('node-failed', since, nodeid=number))

    def consumer(self):
        """SHA-256 of the consumer that each node has loaded: one for all."""
        return self._one('consumer', self.at_once(lambda node: node.consumer()))

    def only_provider(self):
        """Its name; each node has it and no other."""
        found = self._one('provider', self.at_once(lambda node: node.providers()))
        if found != [self.node_class.PROVIDER] or \
           self[self.numbers[0]].sysfs('provider') != found[0]:
            raise TestFailure(f'the provider is {found}')
        return found[0]

    @staticmethod
    def _one(what, values):
        if any(value != values[0] for value in values):
            raise TestFailure(f'each node has a {what} of its own: {values}')
        return values[0]

    def wait_members(self, members, on=None, timeout=60):
        """The same view, with exactly these members, on all of these."""
        members = sorted(members)
        for number in on or members:
            node = self.nodes[number]
            self.lab.until(lambda node=node: node.members() == members, timeout,
                           f'node {number} to see {members}')

    def wait_fenced(self, number, since, timeout=60):
        """The power switch was used on it, and said so."""
        return self.lab.wait_for(f'off {number} answered ok', source='power',
                                 since=since, timeout=timeout)

    def wait_replay(self, number, since, timeout=60):
        """Somebody replayed its journal; (event, node, transactions)."""
        event = self.lab.wait_for(
            rf'minigfs: node (\d+) replays the journal of node {number}: '
            r'(\d+) transactions', source='kernel', since=since,
            timeout=timeout)
        return event, int(event.match[1]), int(event.match[2])

    def wait_adoption(self, number, since, timeout=60):
        return self.lab.wait_for(
            rf'minigfs: node (\d+) adopts the slots of node {number}\b',
            source='kernel', since=since, timeout=timeout)

    def wait_recovered(self, number, since, timeout=60):
        """Fence, then replay, then adoption; returns the recoverer."""
        fence = self.wait_fenced(number, since, timeout)
        replay, recoverer, _ = self.wait_replay(number, since, timeout)
        if replay.time < fence.time - 0.05:
            raise TestFailure(f'replayed {fence.time - replay.time:.3f} s '
                              f'before the fence of node {number} was done')
        self.wait_adoption(number, since, timeout)
        return recoverer

    def wait_recovered_by_word(self, number, since, timeout=60):
        """The same, when the power switch may lie; returns its answer."""
        fence = self.wait_fenced(number, since, timeout)
        self.wait_replay(number, since, timeout)
        self.wait_adoption(number, since, timeout)
        return fence

    def survivors_write(self, *numbers, more=20):
        for node in self.some(numbers):
            node.wait_commits(more)

    # The end

    def unmount(self, *numbers):
        for node in self.some(numbers):
            node.unmount()

    def verdict(self, at_rest=False):
        return checks.check(self.lab.disk.log_path,
                            self.lab.disk.path if at_rest else None)

    def finish(self, *numbers):
        """Unmount everywhere, leave, and have the disk judged: what was
        committed must be in the table, for no journal is in use any more."""
        numbers = numbers or [number for number in self.numbers
                              if self.lab.guests[number].state == 'up']
        self.unmount(*numbers)
        verdict = self.verdict(at_rest=True)
        if not verdict.passed or verdict.leftovers:
            raise TestFailure(verdict.report())
        self.lab.say(verdict.report())
        self.leave(*numbers)
        return verdict

    def leave(self, *numbers):
        """One after the other, so that each can tell the others."""
        for node in self.some(numbers):
            since = self.lab.cursor()
            status, output = node.leave()
            if status:
                raise TestFailure(f'node{node.number} cannot leave: {output}')
            node.event('state', since, state='left')
