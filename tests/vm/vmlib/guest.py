# SPDX-License-Identifier: GPL-2.0-only
"""One guest: a QEMU, booted and killed as often as a scenario likes."""

import os
import re
import signal
import subprocess
import threading
import time

from . import ctl, splat, template
from .errors import LabError, TestFailure
from .machine import Parts
from .proc import kill, prefer, start
from .qmp import Monitor

BOOT_SECONDS = 240


class Guest:
    """node is its number; state is off, booting, up, paused or dying: killed,
    but a write of it may still be on its way to the disk.

    sh() and run() execute commands in it, spawn() streams one's output into
    the lab's events; kill(), boot(), pause() and cont() are its power."""

    def __init__(self, lab, node):
        self.lab = lab
        self.node = node
        self.name = f'node{node}'
        self.address = f'10.77.0.{node}'
        self.state = 'off'
        self.console = lab.directory / f'{self.name}.console'
        self.qemu = None
        self.agent = None
        self.boots = 0
        self._lock = threading.RLock()
        self._allowed = []
        self._may_exit = True
        self._console_seen = 0
        self._stopped = None		# when its clock stopped

    # Power. The lock is held until a dying guest is off.

    def boot(self):
        """Start it; returns at once. wait_up() awaits the end of it."""
        with self._lock:
            if self.qemu:
                raise LabError(f'{self.name} is on already')
            self.boots += 1
            self.state = 'booting'
            self._may_exit = False
            self.lab.disk.mark(f'boot {self.node}')
            if self.lab.state:
                template.in_use(self.lab.state)
            self._event('boot')
            self._start()

    def ensure(self):
        """Boot it if it is off."""
        with self._lock:
            if not self.qemu:
                self.boot()

    def _start(self):
        ends = {name: ctl.channel() for name in ('ctl', 'power', 'qmp')}
        fds = {name: theirs.fileno() for name, (_, theirs) in ends.items()}
        parts = Parts(self.lab.directory, self.name, fds,
                      self.lab.net.netdev(self.node),
                      self.lab.net.mac(self.node),
                      self.lab.disk.blockdev(self.node))
        with open(self.lab.directory / f'{self.name}.qemu', 'a') as out:
            self.qemu = start(
                self.lab.machine.command(parts, self.lab.state), stdout=out,
                stderr=subprocess.STDOUT, pass_fds=fds.values())
        # Guests stand for machines of their own: a compiler that runs beside
        # them must not look like a node that starves.
        prefer(self.qemu, -5)
        for _, theirs in ends.values():
            theirs.close()
        self.monitor = Monitor(self.name, ends['qmp'][0])
        self.lab.power.attach(self.node, ends['power'][0])
        self.agent = ctl.Agent(self.name, ends['ctl'][0], self._kernel,
                               self._line)
        for work in self._watch, self._bring_up:
            threading.Thread(target=work, daemon=True,
                             args=[self.qemu, self.agent]).start()

    def _bring_up(self, qemu, agent):
        try:
            self._identify(agent)
        except (LabError, TestFailure) as error:
            if self.qemu is qemu and not self._may_exit:
                self.lab.events.problem(self.node, str(error))
            return
        with self._lock:
            if self.qemu is not qemu:
                return
            self.state = 'up'
        self._event('up')

    def _identify(self, agent):
        agent.ask_clock(BOOT_SECONDS)
        agent.seed(os.urandom(32))
        job = agent.run(f'/usr/lib/lab/identity {self.node} '
                        f'{len(self.lab.nodes)} {int(time.time())}')
        if job.wait(BOOT_SECONDS):
            raise LabError(f'{self.name}: identity failed: {job.text()}')
        agent.sync_clock()

    def wait_up(self, timeout=BOOT_SECONDS):
        """Returns when commands can be run."""
        self.lab.events.until(lambda: self.state in ('up', 'off'), timeout,
                              f'{self.name} to come up')
        if self.state == 'off':
            raise TestFailure(f'{self.name} is off: it was killed, or ended, '
                              'while it booted')

    def _watch(self, qemu, _):
        status = qemu.wait()
        with self._lock:
            if self.qemu is not qemu:
                return
            self._die(f'exit {self.node}')
        if not self._may_exit:
            log = self.lab.directory / f'{self.name}.qemu'
            self.lab.events.problem(
                self.node, f'ended by itself (QEMU: {status})\n'
                f'{log.read_text()[-2000:]}{self.tail(30)}')
        self._event('exit')

    def _die(self, mark):
        """Nothing may say that it is off before the disk server does."""
        qemu, self.qemu = self.qemu, None
        self.state = 'dying'
        kill(qemu)
        number = self.lab.disk.mark_drained(self.node, mark)
        self.state = 'off'
        return number

    def kill(self, mark=None):
        """SIGKILL. On return no write of it can reach the disk any more, and
        the disk's log says so (mark, or "kill N")."""
        with self._lock:
            self._may_exit = True
            number = self._die(mark or f'kill {self.node}')
        self._event('killed')
        return number

    def expect_exit(self):
        """From now on its end, by panic or reboot, is what the scenario
        wants: wait_exit() awaits it."""
        self._may_exit = True

    def wait_exit(self, timeout=60):
        self.lab.events.until(lambda: self.state == 'off', timeout,
                              f'{self.name} to end by itself')

    def pause(self, clock_runs=False):
        """Stop it where it is. Like a hypervisor's pause: its clock stands
        still and its requests to the disk are finished first. With
        clock_runs, like a stall of the machine: time jumps when it goes on,
        and what it had not yet sent to the disk is sent then."""
        with self._lock:
            self._must_be('up')
            self._event('pause')
            if clock_runs:
                self.qemu.send_signal(signal.SIGSTOP)
                self._stopped = None
            else:
                self.monitor.command('stop')
                self._stopped = time.monotonic()
            self.state = 'paused'

    def cont(self):
        """Go on after pause()."""
        with self._lock:
            self._must_be('paused')
            self._event('cont')
            if self._stopped is None:
                self.qemu.send_signal(signal.SIGCONT)
            else:
                self.agent.clock.offset += time.monotonic() - self._stopped
                self.monitor.command('cont')
            self.state = 'up'
        self.agent.sync_clock()

    def _must_be(self, state):
        if self.state != state:
            raise TestFailure(f'{self.name} is {self.state}, not {state}')

    # Commands

    def sh(self, command, timeout=60):
        """(exit status, output) of a shell command."""
        job = self.agent.run(command)
        status = job.wait(timeout)
        return status, job.text()

    def run(self, command, timeout=60):
        """Output of a shell command that must succeed."""
        status, text = self.sh(command, timeout)
        if status:
            raise TestFailure(f'{self.name}: exit {status} from: {command}\n'
                              f'{text}')
        return text

    def start(self, command):
        """Start a command; the result has wait(), kill() and text()."""
        return self.agent.run(command)

    def spawn(self, command, name):
        """Start a command whose lines become events with source=name."""
        return self.agent.run(command, name)

    def put(self, path, data, mode=0o644):
        """Write a file."""
        self.agent.put(path, data.encode() if isinstance(data, str) else data,
                       mode)

    def get(self, path):
        """Contents of a (text) file."""
        return self.run(f'cat {path}')

    # What it says

    def allow(self, pattern):
        """Kernel messages that match are no splats for this scenario."""
        self._allowed.append(re.compile(pattern))

    def forget_allowed(self):
        self._allowed.clear()

    def splats(self, text):
        return [line for line in splat.find(text)
                if not any(allowed.search(line) for allowed in self._allowed)]

    def tail(self, lines=40):
        """The end of its console."""
        try:
            text = self.console.read_text(errors='replace')
        except OSError:
            return ''
        return '\n'.join(text.splitlines()[-lines:])

    def check_console(self, skip=False):
        """Splats on the console: the last words of a guest may have got no
        further. With skip, those so far are none of our business."""
        text = self.console.read_bytes() if self.console.exists() else b''
        news, self._console_seen = text[self._console_seen:], len(text)
        if skip:
            return
        for line in self.splats(news.decode(errors='replace')):
            self.lab.events.problem(self.node, f'console: {line}')

    def _kernel(self, at, record):
        text = record.partition(';')[2].split('\n')[0]
        self.lab.events.add(self.node, 'kernel', text, at)
        if self.splats(text):
            self.lab.events.problem(self.node, text)

    def _line(self, at, job, line):
        self.lab.events.add(self.node, job.name, line, at)

    def _event(self, text):
        self.lab.events.add(self.node, 'lab', text)
