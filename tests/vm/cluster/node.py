# SPDX-License-Identifier: GPL-2.0-only
"""One node: what its administrator would type, and what sysfs says."""

import json

from vmlib.errors import TestFailure

from . import monitor

STATE = '/sys/module/minigfs/state'

FENCE_CONF = """\
[daemon]
clusters = {name}

[default]
agent = /usr/sbin/fence_lab
timeout = {timeout}
retries = {retries}
retry_delay = 0
"""

# The file that is named is the one that is loaded: by the id that the linker
# gave it.
CONSUMER = '''
file=$(modinfo -F filename minigfs) &&
id=$(xxd -p -c 64 /sys/module/minigfs/notes/.note.gnu.build-id) &&
xxd -p "$file" | tr -d '\\n' | grep -q "$id" && sha256sum "$file"
'''

# Until the monitor's socket is in a group: then it misses nothing.
SUBSCRIBED = '''
until awk '$2 == 16 && $4 !~ /^0*$/ { n++ } END { exit !n }' /proc/net/netlink
do
    usleep 20000
done
'''


class Node:
    """What differs with who decides on membership is in a class of its own for
    each of these (providers.py)."""

    # The provider's name, its module, and a few words on who decides.
    PROVIDER = None
    MODULE = None
    ABOUT = None
    # What it adds to the story of a cluster (story.py), and of a recovery:
    # (source, pattern, words).
    STORY = {}
    MARKS = ()

    def __init__(self, cluster, number):
        self.cluster = cluster
        self.lab = cluster.lab
        self.number = number

    @property
    def guest(self):
        return self.lab.guests[self.number]

    # Before it joins

    def prepare(self):
        """Modules, monitor, fence daemon, and what decides on membership,
        after each boot."""
        self.guest.run(f'modprobe vcs && modprobe {self.MODULE}')
        self.watch()
        self.start_fenced()
        self.start_membership()

    @classmethod
    def check(cls):
        """Fails where something that is needed was not built."""

    def start_membership(self):
        """What decides on membership needs this before a join."""
        raise NotImplementedError

    def stop_membership(self):
        """What would stay behind when the modules are unloaded ends."""

    def join_words(self):
        """Of vcsctl, after the cluster's name."""
        raise NotImplementedError

    def watch(self):
        """Report the events of the switch; vcs.ko must be loaded."""
        self.guest.spawn('exec vcsctl monitor -j', monitor.SOURCE)
        self.guest.run(SUBSCRIBED)

    def start_fenced(self):
        self.guest.put('/etc/vcs/fence.conf', FENCE_CONF.format(
            name=self.cluster.name, timeout=self.cluster.agent_timeout,
            retries=self.cluster.agent_retries), 0o600)
        since = self.lab.cursor()
        self.guest.spawn('exec vcs-fenced -f', 'fenced')
        self.lab.wait_for('listening for fence requests', self.number,
                          'fenced', since)

    # The switch

    def ctl(self, words, timeout=60):
        """(exit status, output) of vcsctl."""
        return self.guest.sh(f'vcsctl {words}', timeout)

    def show(self, words):
        """What "vcsctl -j" prints, which must succeed."""
        text = self.guest.run(f'vcsctl {words} -j {self.cluster.name}')
        return json.loads(text)

    def join(self):
        self.guest.run(f'vcsctl join {self.cluster.name} --no-wait '
                       f'{self.join_words()}')

    def leave(self, force=False):
        """(exit status, output)"""
        return self.ctl(f'leave {"--force " if force else ""}'
                        f'{self.cluster.name}')

    def event(self, event, since, timeout=30, **fields):
        """Await an event of the switch on this node."""
        return monitor.wait(self.lab, self.number, since, timeout,
                            {'event': event, **fields})

    def events(self, event, since=0, **fields):
        return [hit for _, hit in monitor.found(
            self.lab, self.number, since, {'event': event, **fields})]

    def members(self):
        return [entry['nodeid'] for entry in self.show('nodes')]

    def providers(self):
        """Names of those that are loaded."""
        return self.guest.run('ls /sys/cluster/providers').split()

    def log(self):
        """The decision log."""
        return self.show('log')

    def sysfs(self, name):
        return self.guest.run(
            f'cat /sys/cluster/{self.cluster.name}/{name}').strip()

    def waiting_for(self):
        """What the gate of minigfs waits for."""
        return self.sysfs('listeners/minigfs/waiting_for')

    # The consumer

    def mount(self, **options):
        words = ' '.join(f'{key}={value}' for key, value in options.items())
        self.guest.run(f'modprobe minigfs cluster={self.cluster.name} '
                       f'device=/dev/shared {words}')

    def consumer(self):
        """SHA-256 of the file of the module that is loaded."""
        return self.guest.run(CONSUMER).split()[0]

    def unmount(self):
        self.guest.run('rmmod minigfs')

    def state(self, name):
        return self.guest.run(f'cat {STATE}/{name}').strip()

    def counter(self, name):
        return int(self.state(name))

    def says(self, pattern, since=None, timeout=60):
        """Await a line of the kernel's log."""
        return self.lab.wait_for(pattern, node=self.number, source='kernel',
                                 since=since, timeout=timeout)

    def said(self, pattern, since=0):
        return self.lab.events.find(pattern, self.number, 'kernel', since)

    def wait_slots(self, timeout=60):
        """It writes its own slots."""
        first = self.cluster.numbers.index(self.number)
        self.says(f'node {self.number} writes slots '
                  f'{first * self.cluster.slots} to', timeout=timeout)

    def wait_commits(self, more, timeout=60):
        """So many more transactions."""
        self.guest.run(
            f'goal=$(($(cat {STATE}/committed) + {more})); '
            f'while [ $(cat {STATE}/committed) -lt $goal ]; do '
            'usleep 20000; done', timeout)

    def wait_unapplied(self, least, timeout=60):
        """It has committed so many transactions that others would have to
        replay, should it die now."""
        self.guest.run(
            f'cd {STATE}; until [ $(($(cat committed) - $(cat applied))) -ge '
            f'{least} ]; do usleep 5000; done', timeout)

    def must_fail(self, words, text):
        """A command that must be refused, with these words."""
        status, output = self.ctl(words)
        if status == 0 or text.lower() not in output.lower():
            raise TestFailure(f'node{self.number}: vcsctl {words}: exit '
                              f'{status}: {output}')
        return output
