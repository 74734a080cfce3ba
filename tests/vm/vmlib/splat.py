# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel says when something is wrong with it."""

import re

SPLATS = re.compile('|'.join((
    r'Kernel panic',
    r'\bOops\b',
    r'^(\[[ .\d]*\] *)?BUG:',
    r'kernel BUG at',
    r'WARNING: ',
    r'INFO: task .* blocked for more than',
    r'INFO: rcu_\w+ .*stall',
    r'rcu: INFO: ',
    r'INFO: possible ',
    r'INFO: suspicious RCU usage',
    r'suspicious RCU usage',
    r'INFO: trying to register non-static key',
    r'general protection fault',
    r'unable to handle',
    r'soft lockup',
    r'hard LOCKUP',
    r'refcount_t: ',
    r'sleeping function called from invalid context',
    r'scheduling while atomic',
    r'unregister_netdevice: waiting for',
    r'kmemleak: \d+ new suspected',
    r'UBSAN: ',
    r'list_(add|del) corruption',
    r'slab .* Objects remaining',
    r'DEBUG_LOCKS_WARN_ON',
    r'Out of memory: Killed',
)))


def find(text):
    """The lines of text that are splats."""
    return [line for line in text.splitlines() if SPLATS.search(line)]
