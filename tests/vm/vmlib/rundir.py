# SPDX-License-Identifier: GPL-2.0-only
"""The directory of a running lab: sockets, disk, logs.

It is locked as long as its lab lives, so that what a killed run left behind
can be told from a lab that runs beside this one.
"""

import fcntl
import os
import pathlib
import shutil
import tempfile
import time

from .errors import LabError

PREFIX = 'vcs-lab.'


def create():
    """(path, lock to hold)"""
    remove_stale()
    path = pathlib.Path(tempfile.mkdtemp(prefix=PREFIX, dir=_base()))
    if len(str(path)) > 80:
        raise LabError(f'{path} is too long for the sockets in it: set TMPDIR '
                       'to a shorter path')
    lock = open(path / 'lock', 'w')
    fcntl.flock(lock, fcntl.LOCK_EX)
    return path, lock


def running():
    """Directories of the labs that run now, the newest last."""
    found = [path for path in _base().glob(f'{PREFIX}*') if _locked(path)]
    return sorted(found, key=lambda path: path.stat().st_mtime)


def remove_stale():
    for path in _base().glob(f'{PREFIX}*'):
        try:
            if path.stat().st_uid == os.geteuid() and not _locked(path) \
                    and time.time() - path.stat().st_mtime > 60:
                shutil.rmtree(path, ignore_errors=True)
        except OSError:
            pass		# somebody else removed it


def _base():
    return pathlib.Path(tempfile.gettempdir())


def _locked(path):
    try:
        with open(path / 'lock') as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
