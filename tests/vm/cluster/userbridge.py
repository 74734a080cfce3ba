# SPDX-License-Identifier: GPL-2.0-only
"""Membership that vcs-corosyncd decides, on a real corosync in each guest."""

import signal

from vmlib.errors import LabError
from vmlib.image import corosync

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
CONF_PATH = '/etc/corosync/corosync.conf'

# Seconds. With corosync's own default for its token, 3, a test would wait for
# eight seconds after each death.
TOKEN = 1
GRACE = 10

FAILED = r'\[TOTEM \] A processor failed, .*: (.*)\.'
RING = r'\[QUORUM\] Members\[\d+\]: (\d+ .*)'


class Userbridge:
    """corosync and daemon: the running commands, by node. quorum: lines of
    corosync.conf's section of this name."""

    NAME = 'userbridge'
    MODULE = 'vcs_userbridge'
    MEMORY = 512

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

    def __init__(self, cluster):
        self.check()
        self.cluster = cluster
        self.lab = cluster.lab
        self.corosync = {}
        self.daemon = {}
        self.quorum = []
        if cluster.two_node:
            self.quorum.append('two_node: 1')
        elif cluster.wait_for_all:
            self.quorum.append('wait_for_all: 1')

    @staticmethod
    def check():
        """What this provider needs is there."""
        if not corosync():
            raise LabError('vcs-corosyncd is not built: run '
                           'scripts/deps corosync && make tools')

    def start(self, node):
        """What its administrator does after each boot, before the join."""
        node.guest.run(PREPARE)
        self.configure(node)
        self.start_corosync(node)
        self.start_daemon(node)

    def stop(self, node):
        """Daemon and corosync end, as at a shutdown."""
        for job in (self.daemon, self.corosync):
            job[node.number].kill(signal.SIGTERM)
            job[node.number].wait()

    def join(self, node):
        """Words of "vcsctl join CLUSTER"."""
        return f'-p userbridge -o {self.options(node.number)}'

    def options(self, _):
        return self.cluster.words({'grace': GRACE})

    def configure(self, node):
        node.guest.put(CONF_PATH, self.conf())

    def conf(self):
        cluster = self.cluster
        nodes = ''.join(
            ENTRY.format(number=number, votes=cluster.votes.get(number, 1),
                         address=self.lab.guests[number].address)
            for number in cluster.numbers)
        quorum = ''.join(f'    {line}\n' for line in self.quorum)
        seconds = TOKEN if cluster.detection is None else cluster.detection
        token = f'    token: {1000 * seconds}\n' if seconds else ''
        return CONF.format(name=cluster.name, token=token, quorum=quorum,
                           nodes=nodes)

    def start_corosync(self, node):
        self.corosync[node.number] = node.guest.spawn('exec corosync -f',
                                                      'corosync')

    def start_daemon(self, node):
        since = self.lab.cursor()
        self.daemon[node.number] = node.guest.spawn('exec vcs-corosyncd -f',
                                                    'corosyncd')
        self.lab.wait_for('serves the cluster', node.number, 'corosyncd',
                          since, timeout=60)

    def kill_corosync(self, node):
        """Without a goodbye."""
        self.corosync[node.number].kill(signal.SIGKILL)

    def kill_daemon(self, node):
        """Without a goodbye."""
        since = self.lab.cursor()
        self.daemon[node.number].kill(signal.SIGKILL)
        node.event('state', since, state='frozen')

    @staticmethod
    def faults(node):
        """Page faults of the daemon so far: (minor, major)."""
        stat = node.guest.run('cat /proc/$(pidof vcs-corosyncd)/stat')
        fields = stat.rsplit(')', 1)[1].split()
        return int(fields[7]), int(fields[9])
