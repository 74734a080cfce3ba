# SPDX-License-Identifier: GPL-2.0-only
"""A cluster of the user bridge on a real corosync in each guest."""

import signal

from vmlib.errors import LabError
from vmlib.image import corosync

from .cluster import Cluster
from .node import Node

CONF = """\
totem {{
    version: 2
    cluster_name: {name}
    transport: knet
    token: {token}
}}
logging {{
    to_stderr: yes
    to_syslog: no
}}
quorum {{
    provider: corosync_votequorum
    {quorum}
}}
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
GRACE = 10


class CorosyncNode(Node):
    """corosync and daemon: the running commands."""

    corosync = None
    daemon = None

    def prepare(self):
        self.guest.run('mkdir -p /dev/shm /var/lib/corosync /etc/corosync && '
                       'mount -t tmpfs shm /dev/shm')
        self.guest.put('/etc/corosync/corosync.conf', self.cluster.conf())
        self.guest.run('modprobe vcs && modprobe vcs_userbridge')
        self.watch()
        self.start_fenced()
        self.start_corosync()
        self.start_daemon()

    def start_corosync(self):
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

    def join(self):
        self.guest.run(f'vcsctl join {self.cluster.name} --no-wait '
                       f'-p userbridge -o grace={self.cluster.grace}')


class CorosyncCluster(Cluster):
    """quorum: more lines of corosync.conf's section."""

    node_class = CorosyncNode

    def __init__(self, lab, quorum='wait_for_all: 1', token=3000, grace=GRACE,
                 **options):
        if not corosync():
            raise LabError('vcs-corosyncd is not built: run '
                           'scripts/deps corosync && make tools')
        self.quorum = quorum
        self.token = token
        self.grace = grace
        super().__init__(lab, **options)

    def conf(self):
        nodes = ''.join(
            ENTRY.format(number=number, votes=self.votes.get(number, 1),
                         address=self.lab.guests[number].address)
            for number in self.numbers)
        return CONF.format(name=self.name, quorum=self.quorum,
                           token=self.token, nodes=nodes)
