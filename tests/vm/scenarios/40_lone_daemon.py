# SPDX-License-Identifier: GPL-2.0-only
"""One node, whose membership is decided by the smallest daemon of all; it
dies and is followed by another, and the consumer hears nothing of it."""

import json
import signal

from cluster import monitor
from cluster.node import STATE, SUBSCRIBED

NODES = 1
ONCE = 'a daemon of its own on the user bridge'
GRACE = 60


class Story:
    def __init__(self, lab):
        self.lab = lab
        self.guest = lab.guests[1]

    def event(self, event, since, **fields):
        return monitor.wait(self.lab, 1, since, 60,
                            {'event': event, **fields})

    def sysfs(self, name):
        return self.guest.run(f'cat /sys/cluster/alpha/{name}').strip()

    def daemon(self):
        return self.guest.spawn('exec lone alpha 1', 'lone')

    def commits(self, more=20):
        self.guest.run(
            f'goal=$(($(cat {STATE}/committed) + {more})); '
            f'while [ $(cat {STATE}/committed) -lt $goal ]; do '
            'usleep 20000; done')

    def prepare(self):
        self.guest.run('modprobe vcs && modprobe vcs_userbridge')
        self.guest.spawn('exec vcsctl monitor -j', monitor.SOURCE)
        self.guest.run(SUBSCRIBED)
        self.guest.run('mkfs.minigfs -n 1 -s 32 /dev/shared')

    def join(self):
        since = self.lab.cursor()
        self.guest.run('vcsctl join alpha --no-wait -p userbridge '
                       f'-o grace={GRACE}')
        self.event('state', since, state='joining')
        daemon = self.daemon()
        self.event('state', since, state='member')
        self.event('quorum', since, quorate=True)
        nodes = json.loads(self.guest.run('vcsctl nodes -j alpha'))
        assert [(n['nodeid'], n['node_state']) for n in nodes] == [
            (1, 'member')], nodes
        return daemon

    def mount(self):
        self.guest.run('modprobe minigfs cluster=alpha device=/dev/shared')
        self.commits()
        listeners = json.loads(self.guest.run('vcsctl listeners -j alpha'))
        assert [(one['listener'], one['phase']) for one in listeners] == [
            ('minigfs', 'running')], listeners

    def another(self, daemon):
        """The daemon dies; its successor goes on where it was."""
        since = self.lab.cursor()
        daemon.kill(signal.SIGKILL)
        self.event('state', since, state='frozen')
        assert self.sysfs('quorate') == '0'
        self.commits()
        daemon = self.daemon()
        self.event('state', since, state='member')
        assert self.sysfs('quorate') == '1'
        assert self.sysfs('generation') == '1'
        self.commits()
        assert not monitor.found(self.lab, 1, since, {'event': 'listener'})
        return daemon

    def leave(self, daemon):
        self.guest.run('rmmod minigfs')
        since = self.lab.cursor()
        self.guest.run('vcsctl leave alpha')
        self.event('state', since, state='left')
        assert daemon.wait(10) == 0, daemon.text()


def run(lab):
    story = Story(lab)
    story.prepare()
    daemon = story.join()
    story.mount()
    story.leave(story.another(daemon))

    # Once more, from nothing, with the same modules.
    daemon = story.join()
    story.mount()
    story.leave(daemon)
    lab.guests[1].run('killall vcsctl; rmmod vcs_userbridge && rmmod vcs')
