# SPDX-License-Identifier: GPL-2.0-only
"""Where things are."""

import os
import pathlib

VM = pathlib.Path(__file__).resolve().parent.parent
TOP = VM.parent.parent
GUEST = VM / 'guest'
SCENARIOS = VM / 'scenarios'
BUILD = TOP / 'build' / 'vm'
TOOLS = TOP / 'build' / 'tools'
SCRIPTS = TOP / 'scripts'
FAILED = BUILD / 'failed'


def cache():
    """Large results that outlive a checkout."""
    base = os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache')
    path = pathlib.Path(base) / 'vcs' / 'vm'
    path.mkdir(parents=True, exist_ok=True)
    return path
