# SPDX-License-Identifier: GPL-2.0-only
"""A lab: guests, the network between them, their disk, their power switch.

    with Lab(nodes=3) as lab:
        lab.start()
        print(lab.guests[1].run('uname -r'))
        lab.net.partition([1], [2, 3])
        lab.wait_for('off 1 asked', source='power')
"""

import contextlib
import random
import shutil

from . import kernel as kernels
from . import rundir, template
from .disk import Disk
from .errors import LabError, TestFailure
from .events import EventLog
from .guest import Guest
from .machine import Machine
from .net import Net
from .power import Power


class Lab:
    """guests (by number), net, disk, power, events, rng (seeded).

    cold: guests boot, instead of continuing where one has booted before.
    provider: who decides on membership in the clusters formed here; that is
    theirs to know what it means."""

    def __init__(self, nodes=3, machine=None, seed=0, disk_size=64 << 20,
                 log_reads=False, cold=False, provider=None):
        self.nodes = list(range(1, nodes + 1))
        self.seed = seed
        self.provider = provider
        self.rng = random.Random(seed)
        self.machine = machine or Machine(kernels.stock())
        self.state = None if cold else template.state(self.machine, disk_size)
        self.directory, self._lock = rundir.create()
        self.scenario_start = 0
        with contextlib.ExitStack() as stack:
            stack.callback(self._remove)
            self.events = EventLog(self.directory / 'events')
            self.net = Net(self.directory, self.nodes, self.events)
            stack.callback(self.net.stop)
            self.disk = Disk(self.directory, disk_size, log_reads)
            stack.callback(self.disk.stop)
            self.power = Power(self)
            self.guests = {node: Guest(self, node) for node in self.nodes}
            stack.callback(self._kill_guests)
            self._stack = stack.pop_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, *nodes):
        """Boot guests (all, unless named) and wait until they are up."""
        guests = [self.guests[node] for node in nodes or self.nodes]
        for guest in guests:
            guest.ensure()
        for guest in guests:
            guest.wait_up()

    def stop(self):
        """Kill and remove everything."""
        self._stack.close()

    def up(self):
        """The guests that run."""
        return [guest for guest in self.guests.values() if guest.state == 'up']

    # Waiting

    def cursor(self):
        """A place in the list of events, to wait from: take it before the
        deed whose consequence is awaited."""
        return self.events.cursor()

    def wait_for(self, pattern, node=None, source=None, since=None, timeout=30):
        """The first event whose text matches, since a cursor (default: the
        scenario's start). Fails at once when a kernel splats or dies."""
        since = self.scenario_start if since is None else since
        return self.events.wait(pattern, node, source, since, timeout)

    def until(self, look, timeout=30, what='a condition'):
        """Await look() being true, where no event tells. It may run commands
        in guests, and is called anew after each event, or second."""
        return self.events.until(look, timeout, what, tick=1)

    def each(self, command, nodes=None, timeout=60):
        """Run a command that must succeed on several guests at once. Returns
        the outputs by node."""
        guests = [self.guests[node] for node in nodes] if nodes else self.up()
        jobs = {guest.node: guest.start(command) for guest in guests}
        for node, job in jobs.items():
            if job.wait(timeout):
                raise TestFailure(f'node{node}: exit {job.status} from: '
                                  f'{command}\n{job.text()}')
        return {node: job.text() for node, job in jobs.items()}

    def say(self, text):
        """A note among the events."""
        self.events.add(0, 'lab', text)

    # Between scenarios

    def begin(self):
        """A scenario starts: nothing of before concerns it."""
        self.rng.seed(self.seed)
        self.net.seed(self.seed)
        self.scenario_start = self.events.cursor()
        for guest in self.guests.values():
            guest.forget_allowed()
            guest.check_console(skip=True)

    def check(self):
        """Fail if any kernel complained in a way nobody allowed."""
        for guest in self.guests.values():
            guest.check_console()
        self.events.check()

    def heal(self):
        """End every fault, boot what is off. Not: undo what happened inside
        of the guests."""
        self.net.heal()
        self.power.set_mode('normal')
        for guest in self.guests.values():
            self.disk.release(guest.node)
            self.disk.allow(guest.node)
            if guest.state == 'paused':
                guest.cont()
        self.start()

    def keep_logs(self, target):
        """Copy what explains a failure."""
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for path in self.directory.iterdir():
            if path.is_file() and path.name != 'disk.img':
                shutil.copy(path, target)

    def _kill_guests(self):
        # A write that a scenario held back would hold up its writer's end.
        with contextlib.suppress(LabError):
            for node in self.nodes:
                self.disk.release(node)
        for guest in self.guests.values():
            with contextlib.suppress(LabError):
                guest.kill()

    def _remove(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        self._lock.close()
