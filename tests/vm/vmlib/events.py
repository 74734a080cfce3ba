# SPDX-License-Identifier: GPL-2.0-only
"""Everything that happens in a lab, in one list that can be awaited.

Sources: "kernel" (a guest's kernel log), "lab" (boots, kills, partitions),
"power" (the power switch), and the name of each command that a scenario
spawned in a guest. Times are the host's CLOCK_MONOTONIC in seconds; what a
guest says is mapped from its clock to the host's.
"""

import re
import threading
import time

from .errors import TestFailure, TimedOut


class Event:
    """One line from somewhere. guest is 0 for the lab itself."""

    def __init__(self, at, guest, source, text, match=None):
        self.time = at
        self.guest = guest
        self.source = source
        self.text = text
        self.match = match

    def __str__(self):
        who = f'node{self.guest}' if self.guest else 'lab'
        return f'{self.time:.6f} {who} {self.source}: {self.text}'

    def found(self, match):
        return Event(self.time, self.guest, self.source, self.text, match)


class EventLog:
    def __init__(self, path):
        self.events = []
        self.problems = []
        self.changed = threading.Condition()
        self.file = open(path, 'a', buffering=1)

    def add(self, guest, source, text, at=None):
        event = Event(time.monotonic() if at is None else at, guest, source,
                      text)
        with self.changed:
            self.events.append(event)
            self.file.write(f'{event}\n')
            self.changed.notify_all()
        return event

    def problem(self, guest, text):
        """Something no scenario asked for: whoever waits shall fail."""
        with self.changed:
            self.problems.append(f'node{guest}: {text}' if guest else text)
        self.add(guest, 'lab', f'PROBLEM: {text}')

    def cursor(self):
        """A place in the list, for since=."""
        with self.changed:
            return len(self.events)

    def check(self):
        with self.changed:
            if self.problems:
                raise TestFailure('; '.join(self.problems))

    def find(self, pattern, guest=None, source=None, since=0):
        """All matching events from since on."""
        with self.changed:
            candidates = self.events[since:]
        found = []
        for event in candidates:
            match = _matches(event, pattern, guest, source)
            if match:
                found.append(event.found(match))
        return found

    def wait(self, pattern, guest=None, source=None, since=0, timeout=30):
        """The first matching event from since on, past or to come."""
        position = since

        def look():
            nonlocal position
            while position < len(self.events):
                event = self.events[position]
                position += 1
                match = _matches(event, pattern, guest, source)
                if match:
                    return event.found(match)
            return None

        what = f'/{pattern}/' + _where(guest, source)
        return self.until(look, timeout, what)

    def until(self, look, timeout=30, what='a condition', tick=None):
        """What look() returns when it first returns something true. It is
        called after each event, and each tick seconds where no event
        announces the change."""
        deadline = time.monotonic() + timeout
        while True:
            seen = self.cursor()
            self.check()
            # Without the lock: it may ask a guest, whose answer comes by way
            # of a thread that adds events.
            found = look()
            if found:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimedOut(f'waited {timeout} s in vain for {what}')
            with self.changed:
                if len(self.events) == seen:
                    self.changed.wait(min(left, tick or left))


def _matches(event, pattern, guest, source):
    if guest is not None and event.guest != guest:
        return None
    if source is not None and event.source != source:
        return None
    return re.search(pattern, event.text)


def _where(guest, source):
    text = f' of {source}' if source else ''
    return text + (f' on node{guest}' if guest else '')
