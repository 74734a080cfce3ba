# SPDX-License-Identifier: GPL-2.0-only
"""Processes: started so that none of them survives the runner.

enclose() makes the calling script process 1 of a new pid namespace. When it
ends, in whatever way, the kernel kills everything else in the namespace; and
when the waiting unshare outside is killed, the kernel kills the script.
"""

import contextlib
import ctypes
import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys

from .errors import LabError
from .paths import BUILD, VM


def enclose():
    """Call this first in a script's main; it may start the script anew."""
    if os.getpid() == 1:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
        return
    args = ['unshare', '--pid', '--fork', '--kill-child=KILL']
    if os.geteuid():
        args += ['--user', '--map-current-user']
    _probe(args)
    sys.stdout.flush()
    os.execvp('unshare', args + [sys.executable, *sys.argv])


def _probe(args):
    need('unshare', 'util-linux')
    probe = subprocess.run(args + ['true'], capture_output=True, text=True,
                           check=False)
    if probe.returncode:
        raise LabError('cannot make a pid namespace for the guests: '
                       f'{probe.stderr.strip()}: run this as root')


def need(program, package):
    """Path of a program, or an error that names the package it is in."""
    path = shutil.which(program)
    for extra in ('/usr/sbin', '/sbin'):
        path = path or shutil.which(program, path=extra)
    if not path:
        raise LabError(f'{program} is not installed: run scripts/deps vm '
                       f'(package {package})')
    return path


def start(args, **options):
    """A child in a session of its own, so that ^C reaches the runner alone."""
    options.setdefault('stdin', subprocess.DEVNULL)
    return subprocess.Popen([str(arg) for arg in args],
                            start_new_session=True, **options)


def kill(process):
    """SIGKILL and reap."""
    if process and process.poll() is None:
        process.kill()
        process.wait()


def say(text):
    """Progress, for whoever waits."""
    print(f'vm: {text}', file=sys.stderr, flush=True)


def wait_for_user():
    """Until ^C, or until the terminal is gone: that may be told to the
    session's leader alone, and make only waits for us when it hears of it."""
    terminal = select.poll()
    terminal.register(sys.stdout, 0)
    with contextlib.suppress(KeyboardInterrupt):
        terminal.poll()


@contextlib.contextmanager
def locked(path):
    """One at a time: another run may want to make the same thing."""
    with open(path, 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def programs():
    """Build the lab's own small programs. Returns their directory."""
    need('make', 'make')
    BUILD.mkdir(parents=True, exist_ok=True)
    with locked(BUILD / 'programs.lock'):
        build = subprocess.run(['make', '-s', '-C', VM, f'O={BUILD}'],
                               stdout=subprocess.PIPE, text=True, check=False,
                               stderr=subprocess.STDOUT)
    if build.returncode:
        raise LabError(f'make -C {VM} failed; if a header or a compiler is '
                       f'missing run scripts/deps vm:\n{build.stdout}')
    return BUILD


def prefer(process, nice):
    """Best effort: without the right to it the lab is only less punctual."""
    ctypes.CDLL(None).setpriority(0, process.pid, nice)
