# SPDX-License-Identifier: GPL-2.0-only
"""The power switch of the lab, as the guests' fence agent sees it.

The agent (guest/fence_lab) writes "TAG off 3" to its virtio-serial port and
reads "TAG ok". An off is answered only when the target's QEMU is dead, the
disk server has closed all of its connections, and the disk's log has the mark
"off 3 by 1": whatever the log holds after that mark is not node 3's, unless
the switch lied.
"""

import threading

from .errors import LabError, TestFailure

MODES = {
    'normal': 'does what it says',
    'lying': 'says ok and marks the log, but does nothing',
    'failing': 'answers with an error',
    'hanging': 'never answers',
    'garbage': 'answers with noise',
    'crash': 'the agent dies of a signal',
}


class Power:
    def __init__(self, lab):
        self.lab = lab
        self.modes = {}

    def set_mode(self, mode, target=None):
        """How off, on and reboot of a target (None: of all) go wrong."""
        if mode not in MODES:
            raise LabError(f'power switch: no mode {mode}: have {list(MODES)}')
        if target is None:
            self.modes.clear()
        self.modes[target] = mode

    def mode(self, target):
        return self.modes.get(target, self.modes.get(None, 'normal'))

    def attach(self, node, sock):
        """Serve the power port of a guest that is booting."""
        threading.Thread(target=self._serve, args=(node, sock), daemon=True,
                         name=f'power port of node{node}').start()

    def _serve(self, node, sock):
        with sock, sock.makefile('rw', buffering=1) as stream:
            try:
                for line in stream:
                    answer = self._request(node, line.split())
                    if answer:
                        stream.write(answer + '\n')
                        stream.flush()
            except (OSError, ValueError):
                pass		# the guest is dead

    def _request(self, node, words):
        if len(words) != 3 or not words[2].isdigit():
            return None
        tag, action, target = words[0], words[1], int(words[2])
        self._event(node, f'{action} {target} asked')
        try:
            answer = self._action(node, action, target)
        except (LabError, TestFailure) as error:
            answer = f'error {error}'.replace('\n', ' ')
        self._event(node, f'{action} {target} answered {answer}')
        return f'{tag} {answer}' if answer else None

    def _action(self, node, action, target):
        guests = self.lab.guests
        if action == 'monitor':
            return 'ok'
        if action == 'list':
            return f'ok list {" ".join(map(str, guests))}'
        if target not in guests:
            return f'error there is no node {target}'
        if action == 'status':
            return 'ok off' if guests[target].state == 'off' else 'ok on'
        if action not in ('off', 'on', 'reboot'):
            return f'error unknown action {action}'
        return self._switch(node, action, target, self.mode(target))

    def _switch(self, node, action, target, mode):
        guest = self.lab.guests[target]
        mark = f'off {target} by {node}'
        if mode == 'lying':
            if action != 'on':
                self.lab.disk.mark(mark)
            return 'ok'
        if mode != 'normal':
            return {'failing': 'error the power switch is broken',
                    'hanging': None}.get(mode, mode)
        if action != 'on':
            guest.kill(mark)
        if action != 'off':
            guest.ensure()
        return 'ok'

    def _event(self, node, text):
        self.lab.events.add(node, 'power', text)
