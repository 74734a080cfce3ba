# SPDX-License-Identifier: GPL-2.0-only
"""Tells what happens in a cluster to somebody who watches, as it happens."""

import re
import sys
import threading
import time

from . import monitor

# Lines of a guest's kernel log that are part of the story.
KERNEL = (
    (r'minigfs: node \d+ has mounted', 'mounts the shared disk'),
    (r'minigfs: node \d+ writes slots (\d+) to (\d+)',
     'writes slots {1} to {2}'),
    (r'minigfs: node \d+ waits until the journal of node (\d+) is (.*)',
     'waits until the journal of node {1} is {2}'),
    (r'minigfs: node \d+ replays the journal of node (\d+): (.*)',
     'replays the journal of node {1}: {2}'),
    (r'minigfs: node \d+ adopts the slots of node (\d+)',
     'adopts the slots of node {1}'),
)
POWER = (
    (r'^off (\d+) asked', 'asks the power switch to turn node {1} off'),
    (r'^off (\d+) answered ok', 'hears: node {1} is off, no write of it can '
                                'come any more'),
    (r'^off (\d+) answered (.*)', 'hears from the power switch: {2}'),
)

# Seconds.
SETTLE = 0.1

TABLES = {'kernel': KERNEL, 'power': POWER}


class Story:
    """Prints from the lab's events on; say() adds lines of its own."""

    def __init__(self, lab, start, more):
        """more: what else to tell, of which source; as TABLES."""
        self.lab = lab
        self.tables = {**TABLES, **more}
        self.start = start
        self.printing = threading.Lock()
        self.ended = False
        self.position = 0
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()

    def say(self, text, at=None, who=''):
        """One line, with the time of an event or of now."""
        seconds = time.monotonic() if at is None else at
        with self.printing:
            print(f'{seconds - self.start:7.2f} s  {who:8}{text}', flush=True)

    @staticmethod
    def headline(text):
        print(f'\n-- {text} --', flush=True)

    def catch_up(self):
        """Returns when everything that has happened so far is told."""
        log = self.lab.events
        with log.changed:
            goal = len(log.events)
            log.changed.wait_for(lambda: self.position >= goal, timeout=5)

    def end(self):
        self.ended = True
        with self.lab.events.changed:
            self.lab.events.changed.notify_all()
        self.thread.join()

    def _follow(self):
        log = self.lab.events
        while True:
            with log.changed:
                log.changed.wait_for(
                    lambda: self.ended or self.position < len(log.events))
                # What another guest did before may be heard of after.
                log.changed.wait_for(lambda: self.ended, SETTLE)
                news = sorted(log.events[self.position:],
                              key=lambda event: event.time)
            if self.ended and not news:
                return
            for event in news:
                text = describe(event, self.tables)
                if text:
                    self.say(text, event.time,
                             f'node {event.guest}' if event.guest else '')
            with log.changed:
                self.position += len(news)
                log.changed.notify_all()


def describe(event, tables):
    """What to tell of an event, or None."""
    if event.source in tables:
        return _translate(tables[event.source], event.text)
    fields = monitor.parse(event)
    return _switch(fields) if fields else None


def _translate(table, text):
    for pattern, words in table:
        match = re.search(pattern, text)
        if match:
            return words.format(match[0], *match.groups())
    return None


def _switch(fields):
    """An event of the switch itself."""
    kind = fields.get('event')
    node = fields.get('nodeid')
    if kind == 'view':
        return (f'view {fields["generation"]}: '
                f'{fields["nr_members"]} members')
    if kind == 'quorum':
        return 'is quorate' if fields['quorate'] else \
            f'is NOT quorate: {fields.get("reason", "")}'
    if kind == 'suspect' and fields.get('node_state') == 'suspect':
        return f'suspects node {node}: {fields.get("text", "")}'.rstrip(': ')
    if kind == 'node-failed':
        return f'counts node {node} as {fields.get("reason", "failed")}'
    if kind == 'fence' and fields.get('fence_state') == 'fenced':
        return f'knows that node {node} is fenced: the gate opens'
    return None


def fail(text):
    print(f'\ndemo: {text}', file=sys.stderr)
    return 1
