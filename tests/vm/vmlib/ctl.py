# SPDX-License-Identifier: GPL-2.0-only
"""Speaks to the agent in a guest (guest/agent.c has the protocol)."""

import itertools
import socket
import threading
import time

from .errors import LabError, TestFailure, TimedOut

# The kernel limits one argument of a program, and a script is one.
MAX_SCRIPT = 100000
# Of the clock's offset; the error in seconds.
LEAST_SAMPLES, MOST_SAMPLES, GOOD_ERROR = 10, 200, 0.0004


class Clock:
    """Maps the guest's CLOCK_MONOTONIC to the host's. A guest paused by its
    emulator sees no time go by, so the offset grows with each pause."""

    def __init__(self):
        self.offset = None
        self.error = None
        self.log_delay = None

    def sample(self, before, guest, after):
        """Half of the round trip is the most this can be wrong by."""
        error = (after - before) / 2
        if self.error is None or error < self.error:
            self.offset = (before + after) / 2 - guest
            self.error = error

    def forget(self):
        self.error = None

    def host(self, guest_ns):
        """Host time of a guest's time stamp; now, if not yet known."""
        if self.offset is None:
            return time.monotonic()
        return guest_ns / 1e9 + self.offset

    def host_of_log(self, written_us, read_ns):
        """Host time of a kernel message, which has the log's own clock. It is
        read a little later than it was written, and never earlier."""
        delay = read_ns - written_us * 1000
        if self.log_delay is None or delay < self.log_delay:
            self.log_delay = delay
        return self.host(written_us * 1000 + self.log_delay)


class Job:
    """A command in the guest."""

    def __init__(self, agent, number, command, name=None):
        self.agent = agent
        self.number = number
        self.command = command
        self.name = name
        self.output = bytearray()
        self.status = None
        self.ended = threading.Event()
        self.partial = b''

    def text(self):
        return self.output.decode(errors='replace').rstrip('\n')

    def wait(self, timeout=60):
        """Its exit status."""
        if not self.ended.wait(timeout):
            raise TimedOut(f'{self.agent.who}: after {timeout} s still runs: '
                           f'{self.command}\n{self.text()}')
        if self.status is None:
            raise TestFailure(f'{self.agent.who} went away during: '
                              f'{self.command}')
        return self.status

    def kill(self, signal=9):
        """Signal its process group; wait() for the end."""
        self.agent.send(f'kill {self.number} {int(signal)}\n')


class Agent:
    """on_kernel(time, record) and on_line(time, job, line) are called by the
    reading thread, with the host's time."""

    def __init__(self, who, sock, on_kernel, on_line):
        self.who = who
        self.sock = sock
        self.clock = Clock()
        self.on_kernel = on_kernel
        self.on_line = on_line
        self.jobs = {}
        self.lock = threading.Lock()
        self.numbers = itertools.count(1)
        self.alive = True
        threading.Thread(target=self._read, daemon=True,
                         name=f'{who} agent').start()

    def send(self, head, body=b''):
        try:
            with self.lock:
                self.sock.sendall(head.encode() + body)
        except OSError as error:
            raise TestFailure(f'{self.who} does not listen: it is down') \
                from error

    def run(self, command, name=None):
        """Start a command. With a name, its lines become events."""
        body = command.encode()
        if len(body) > MAX_SCRIPT:
            raise LabError('command too long: put() it into a file first')
        job = self._job(command, name)
        self.send(f'run {job.number} {len(body)}\n', body)
        return job

    def put(self, path, data, mode=0o644):
        if ' ' in path or len(path) > 390:
            raise LabError(f'put: unsuitable path "{path}"')
        job = self._job(f'put {path}')
        self.send(f'put {job.number} {mode:o} {len(data)} {path}\n', data)
        if job.wait():
            raise TestFailure(f'{self.who}: cannot write {path}')

    def seed(self, data):
        """Make the guest's random numbers its own."""
        job = self._job('seed')
        self.send(f'seed {job.number} {len(data)}\n', data)
        if job.wait():
            raise TestFailure(f'{self.who}: cannot seed /dev/urandom')

    def sync_clock(self):
        """Measure the clock's offset anew, as often as a busy machine needs.
        Returns the possible error."""
        self.clock.forget()
        for number in range(MOST_SAMPLES):
            if number >= LEAST_SAMPLES and self.clock.error < GOOD_ERROR:
                break
            self.ask_clock()
        return self.clock.error

    def ask_clock(self, timeout=60):
        """One sample; the first also tells that the agent is there."""
        job = self._job('now')
        before = time.monotonic()
        self.send(f'now {job.number}\n')
        job.wait(timeout)
        self.clock.sample(before, job.guest_ns / 1e9, job.received)

    def _job(self, command, name=None):
        with self.lock:
            if not self.alive:
                raise TestFailure(f'{self.who} is down, cannot: {command}')
            job = Job(self, next(self.numbers), command, name)
            self.jobs[job.number] = job
        return job

    def _read(self):
        with self.sock.makefile('rb') as stream:
            try:
                while self._message(stream):
                    pass
            except (OSError, ValueError, IndexError):
                pass
        with self.lock:
            self.alive = False
            pending = list(self.jobs.values())
        for job in pending:
            job.ended.set()

    def _message(self, stream):
        line = stream.readline()
        received = time.monotonic()
        words = line.split()
        if not line.endswith(b'\n'):
            return False
        kind, number, ns = words[0], int(words[1]), int(words[2])
        body = b''
        if kind in (b'out', b'kmsg'):
            body = stream.read(int(words[3]))
        if kind == b'kmsg':
            written = int(body.split(b',')[2])
            self.on_kernel(self.clock.host_of_log(written, ns),
                           body.decode(errors='replace'))
            return True
        job = self.jobs.get(number)
        if not job:
            return True
        if kind == b'out':
            self._output(job, ns, body)
        elif kind == b'exit':
            job.status = int(words[3])
            job.ended.set()
        elif kind == b'now':
            del self.jobs[number]
            job.guest_ns, job.received = ns, received
            job.status = 0
            job.ended.set()
        return True

    def _output(self, job, ns, body):
        if job.name is None:
            job.output += body
            return
        *lines, job.partial = (job.partial + body).split(b'\n')
        for line in lines:
            self.on_line(self.clock.host(ns), job,
                         line.decode(errors='replace'))


def channel():
    """Two connected ends: ours, and one for QEMU to inherit."""
    ours, theirs = socket.socketpair()
    theirs.set_inheritable(True)
    return ours, theirs
