# SPDX-License-Identifier: GPL-2.0-only
"""A node whose membership vcs-corosyncd decides, on a real corosync."""

import signal

from vmlib.errors import LabError
from vmlib.image import corosync

from .node import Node

CONF = """\
totem {{
    version: 2
    cluster_name: {name}
    transport: knet
{token}}}
logging {{
    to_stderr: yes
    to_syslog: no
}}
quorum {{
    provider: corosync_votequorum
{quorum}}}
nodelist {{
{nodes}}}
"""
ENTRY = """\
    node {{
        nodeid: {number}
        name: node{number}
        ring0_addr: {address}
        quorum_votes: {votes}
    }}
"""
PREPARE = """\
mkdir -p /dev/shm /var/lib/corosync /etc/corosync
mountpoint -q /dev/shm || mount -t tmpfs shm /dev/shm
"""

# Seconds.
GRACE = 10

# What corosync says.
FAILED = r'\[TOTEM \] A processor failed, .*: (.*)\.'
RING = r'\[QUORUM\] Members\[\d+\]: (\d+ .*)'


class UserbridgeNode(Node):
    """corosync, daemon: the running commands; quorum: lines of corosync.conf's
    section of this name."""

    PROVIDER = 'userbridge'
    MODULE = 'vcs_userbridge'
    ABOUT = 'vcs-corosyncd, on corosync in each'
    STORY = {
        'corosync': (
            (r'Corosync Cluster Engine (\S+) starting up',
             'starts corosync {1}'),
            (FAILED, 'corosync: {1}'),
            (RING, 'corosync: the ring is {1}'),
        ),
        'corosyncd': (
            (r'serves the cluster (\S+)', 'starts vcs-corosyncd'),
            (r'joins as node (\d+) of (\d+)', 'joins as node {1} of {2}'),
        ),
    }
    MARKS = (
        ('corosync', FAILED, "corosync's token is lost"),
        ('corosync', RING, 'corosync has a ring without it'),
    )

    # Milliseconds. With corosync's own default, 3000, a test would wait for
    # eight seconds after each death; no member is heard while it waits.
    TOKEN = {'test': 1000, 'default': None, 'slow': 5000}

    def __init__(self, cluster, number):
        super().__init__(cluster, number)
        self.corosync = None
        self.daemon = None
        self.quorum = []
        if cluster.two_node:
            self.quorum.append('two_node: 1')
        elif cluster.wait_for_all:
            self.quorum.append('wait_for_all: 1')

    @classmethod
    def check(cls):
        if not corosync():
            raise LabError('vcs-corosyncd is not built: run '
                           'scripts/deps corosync && make tools')

    def start_membership(self):
        self.guest.run(PREPARE)
        self.start_corosync()
        self.start_daemon()

    def stop_membership(self):
        for job in self.daemon, self.corosync:
            job.kill(signal.SIGTERM)
            job.wait()

    def join_words(self):
        return '-p userbridge -o ' + self.cluster.words({'grace': GRACE})

    def conf(self):
        cluster = self.cluster
        nodes = ''.join(
            ENTRY.format(number=number, votes=cluster.votes.get(number, 1),
                         address=self.lab.guests[number].address)
            for number in cluster.numbers)
        token = self.TOKEN[cluster.detection]
        return CONF.format(
            name=cluster.name, nodes=nodes,
            token=f'    token: {token}\n' if token else '',
            quorum=''.join(f'    {line}\n' for line in self.quorum))

    def start_corosync(self):
        self.guest.put('/etc/corosync/corosync.conf', self.conf())
        self.corosync = self.guest.spawn('exec corosync -f', 'corosync')

    def start_daemon(self):
        since = self.lab.cursor()
        self.daemon = self.guest.spawn('exec vcs-corosyncd -f', 'corosyncd')
        self.lab.wait_for('serves the cluster', self.number, 'corosyncd',
                          since, timeout=60)

    def kill_daemon(self):
        """Without a goodbye."""
        since = self.lab.cursor()
        self.daemon.kill(signal.SIGKILL)
        self.event('state', since, state='frozen')

    def faults(self):
        """Page faults of the daemon so far: (minor, major)."""
        stat = self.guest.run('cat /proc/$(pidof vcs-corosyncd)/stat')
        fields = stat.rsplit(')', 1)[1].split()
        return int(fields[7]), int(fields[9])
