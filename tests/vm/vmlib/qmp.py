# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's monitor, as far as the lab needs it."""

import json

from .errors import LabError


class Monitor:
    def __init__(self, who, sock):
        self.who = who
        self.sock = sock
        self.stream = sock.makefile('rb')
        self.ready = False
        self.events = []

    def command(self, name, **arguments):
        """Run one command and return its answer."""
        if not self.ready:
            self._receive()		# the greeting
            self.ready = True
            self.command('qmp_capabilities')
        message = {'execute': name, 'arguments': arguments}
        try:
            self.sock.sendall(json.dumps(message).encode() + b'\n')
        except OSError as error:
            raise LabError(f'{self.who}: QEMU has ended') from error
        while True:
            answer = self._receive()
            if 'error' in answer:
                raise LabError(f'{self.who}: QEMU refuses {name}: '
                               f'{answer["error"]["desc"]}')
            if 'return' in answer:
                return answer['return']
            self.events.append(answer)

    def event(self, name, matches):
        """Await an event; those before it are forgotten."""
        while True:
            event = self.events.pop(0) if self.events else self._receive()
            if event.get('event') == name and matches(event['data']):
                return event['data']

    def _receive(self):
        line = self.stream.readline()
        if not line:
            raise LabError(f'{self.who}: QEMU has ended')
        return json.loads(line)
