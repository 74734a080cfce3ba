#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Judge what minigfs did to a shared disk.

    check.py LOG [DISK]     exit status 0: no rule was broken; 1: one was

LOG is the disk server's log, DISK what is on the disk now. The rules hold from
each mark "formatted" to the next mark "formatting".
"""

import argparse
import collections
import pathlib
import sys

if __package__ in (None, ''):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

# pylint: disable=wrong-import-position
from checker import layout as lay  # noqa: E402
from checker.history import RULES, History  # noqa: E402
from vmlib import nbdlog  # noqa: E402


class Verdict:
    """passed; violations; numbers; report() in words."""

    def __init__(self, history, leftovers):
        self.history = history
        self.violations = list(history.violations)
        self.leftovers = leftovers
        self.committed = collections.Counter(
            entry.life.nodeid for entry in history.transactions.values())
        self.recovered = list(history.recovered)

    @property
    def passed(self):
        return not self.violations

    def broken(self, rule):
        return any(violation.rule == rule for violation in self.violations)

    def report(self):
        history = self.history
        total = sum(self.committed.values())
        lines = [
            f'{history.writes} writes, {history.fences} fences reported done',
            f'{total} transactions committed: ' + (', '.join(
                f'{count} by node {node}'
                for node, count in sorted(self.committed.items())) or 'none'),
            f'{history.applied} applied by who committed them, '
            f'{history.replayed} by who replayed them, '
            f'{self.leftovers} still in the journals of the living',
            f'{len(history.recovered)} journals recovered' + ''.join(
                f', node {dead}\'s by node {by}'
                for dead, by in history.recovered),
            f'slots adopted {history.adopted} times, '
            f'handed back {history.handed} times',
        ]
        broken = collections.Counter(v.rule for v in self.violations)
        lines += [f'{"BROKEN" if broken[rule] else "kept":6} {text}' +
                  (f' ({broken[rule]} times)' if broken[rule] else '')
                  for rule, text in RULES.items()]
        lines += [f'  record {violation.seq}: {violation.text}'
                  for violation in self.violations[:10]]
        if len(self.violations) > 10:
            lines.append(f'  and {len(self.violations) - 10} more')
        verdict = 'PASS' if self.passed else 'FAIL'
        return '\n'.join([*lines, f'verdict: {verdict}'])


def replay(records):
    """The history of a log."""
    history = History()
    for record in records:
        if record.type == nbdlog.MARK:
            history.mark(record.seq, record.text)
        elif record.type == nbdlog.WRITE:
            history.write(record.seq, record.guest, record.offset, record.data,
                          bool(record.flags & nbdlog.FUA))
        elif record.type == nbdlog.FLUSH:
            history.flush(record.guest)
        elif record.type in (nbdlog.ZERO, nbdlog.TRIM):
            history.wipe(record.seq, record.guest, record.offset,
                         record.length)
        elif record.type == nbdlog.RESET:
            history.reset()
        elif record.type == nbdlog.FAILED:
            history.seq = record.seq
            history.bad('format', 'the disk itself failed: nothing can be '
                        'concluded')
    return history


def leftovers(history):
    """Is each committed transaction in the table, or in a journal that can
    still bring it there? Returns how many are only in a journal."""
    count = 0
    for (slot, number), entry in history.transactions.items():
        if history.count(slot) >= number:
            continue
        header = history.blocks[lay.JOURNAL, entry.journal, 0]
        mounted = history.mounted(entry.journal)
        if mounted and mounted[:2] == entry.life[:2] and \
                entry.seq > header.tail:
            count += 1
        else:
            history.bad('lost', f'transaction {entry.seq} of node '
                        f'{entry.life.nodeid} is neither in slot {slot} nor '
                        'to be replayed')
    return count


def compare(history, disk):
    """The disk must be what the log says."""
    for block in range(history.layout.end):
        disk.seek(block * lay.BLOCK)
        if disk.read(lay.BLOCK) != history.disk[block]:
            history.bad('format', f'block {block} is not what was written')


def judge(history, disk=None):
    """The verdict on a history, and the disk if it is at rest."""
    if history.layout is None:
        history.bad('format', 'the log has no mark "formatted"')
        return Verdict(history, 0)
    left = leftovers(history)
    if disk:
        compare(history, disk)
    return Verdict(history, left)


def check(log_path, disk_path=None):
    """The same, for files."""
    history = replay(nbdlog.read(log_path))
    if not disk_path:
        return judge(history)
    with open(disk_path, 'rb') as disk:
        return judge(history, disk)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('log')
    parser.add_argument('disk', nargs='?')
    arguments = parser.parse_args()
    verdict = check(arguments.log, arguments.disk)
    print(verdict.report())
    return 0 if verdict.passed else 1


if __name__ == '__main__':
    sys.exit(main())
