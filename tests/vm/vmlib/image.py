# SPDX-License-Identifier: GPL-2.0-only
"""The guest's initramfs: its whole system.

Two archives in one file: the base (busybox, programs of the host, modules of
the stock kernel), which changes rarely and is cached; and the project's part
(its modules, its tools, guest/). The project's is made anew when one of its
inputs has changed.
"""

import functools
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

from .cpio import Archive
from .errors import LabError
from .paths import BUILD, GUEST, SCRIPTS, TOOLS, TOP, cache
from .proc import need, programs

# Of the host, with their libraries: (program, package, must be there).
# busybox has an ip, but none that knows namespaces or veth; and a shell, but
# one that prefers that ip to any other.
HOST_PROGRAMS = (
    ('dash', 'dash', True),
    ('ip', 'iproute2', True),
    ('tc', 'iproute2', True),
    ('bridge', 'iproute2', True),
    ('chrt', 'util-linux', True),
    ('taskset', 'util-linux', True),
    ('strace', 'strace', False),
)
# Of Debian's corosync, which is not installed on the host.
COROSYNC_PROGRAMS = ('corosync', 'corosync-quorumtool', 'corosync-cfgtool',
                     'corosync-cmapctl')
INIT_FILES = (
    ('init', 'init'),
    ('login', 'usr/lib/lab/login'),
    ('identity', 'usr/lib/lab/identity'),
    ('fence_lab', 'usr/sbin/fence_lab'),
)


def build(kernel):
    """Path of an up-to-date initramfs for this kernel."""
    programs()
    inputs = _inputs(kernel)
    base = _base(kernel)
    key = _key([base, *(source for _, source in inputs)])
    image = BUILD / f'initramfs-{kernel.flavour}.cpio'
    stamp = image.with_suffix('.key')
    if image.exists() and stamp.exists() and stamp.read_text() == key:
        return image
    part = image.with_suffix(f'.{os.getpid()}.{os.urandom(4).hex()}')
    with open(part, 'wb') as out:
        out.write(base.read_bytes())
        _project(kernel, inputs).write(out)
    os.rename(part, image)
    stamp.write_text(key)
    return image


def _key(files):
    """Changes when a file does. Times are enough: these are build results."""
    digest = hashlib.sha256()
    for path in files:
        status = os.stat(path)
        digest.update(f'{path} {status.st_size} {status.st_mtime_ns}\n'.encode())
    return digest.hexdigest()


def _inputs(kernel):
    """(path in the guest, path on the host) of all that is the project's."""
    found = [('usr/lib/lab/agent', BUILD / 'agent')]
    found += [(guest, GUEST / host) for host, guest in INIT_FILES]
    for path in project_modules(kernel):
        found.append((f'lib/modules/{kernel.release}/updates/{path.name}', path))
    for path in sorted(TOOLS.glob('*')) if TOOLS.is_dir() else ():
        if path.is_file() and os.access(path, os.X_OK):
            found.append((f'usr/sbin/{path.name}', path))
    root = corosync()
    for name in COROSYNC_PROGRAMS if root else ():
        found.append((f'usr/sbin/{name}', root / 'usr/sbin' / name))
    overlay = GUEST / 'overlay'
    for path in sorted(overlay.rglob('*')):
        if path.is_file():
            found.append((str(path.relative_to(overlay)), path))
    return found


@functools.lru_cache(maxsize=None)
def corosync():
    """Where it is unpacked; None without a daemon for it."""
    if not (TOOLS / 'vcs-corosyncd').exists():
        return None
    run = subprocess.run([SCRIPTS / 'corosync-root'], stdout=subprocess.PIPE,
                         text=True, check=False)
    if run.returncode:
        raise LabError('corosync cannot be fetched for the guests')
    return pathlib.Path(run.stdout.strip())


def project_modules(kernel):
    """What scripts/module-build left for this flavour of kernel."""
    return sorted((TOP / 'build' / kernel.flavour).rglob('*.ko'))


def _base(kernel):
    """The cached first part."""
    busybox = need('busybox', 'busybox-static')
    parts = [pathlib.Path(busybox), pathlib.Path(__file__)]
    for program, package, must in HOST_PROGRAMS:
        if must or shutil.which(program):
            parts.append(pathlib.Path(need(program, package)).resolve())
    modules = sorted(path for path in kernel.modules.rglob('*')
                     if path.is_file() and path.name != 'vmlinux')
    final = cache() / f'base-{_key(parts + modules)[:16]}.cpio'
    if final.exists():
        return final
    archive = Archive()
    _skeleton(archive)
    _busybox(archive, busybox)
    for program in parts[2:]:
        _program(archive, f'usr/sbin/{program.name}', program)
    for path in modules:
        archive.copy(f'usr/{path.relative_to(kernel.modules)}', path)
    with tempfile.NamedTemporaryFile(dir=cache(), delete=False) as out:
        archive.write(out)
    os.rename(out.name, final)
    return final


def _skeleton(archive):
    """Debian's merged /usr, so that libraries are where programs look."""
    for name in ('bin', 'sbin', 'lib', 'lib64'):
        archive.directory(f'usr/{name}')
        archive.link(name, f'usr/{name}')
    for name in ('dev', 'proc', 'sys', 'run', 'tmp', 'root', 'mnt', 'etc/vcs',
                 'var/lib', 'usr/lib/firmware/vcs'):
        archive.directory(name)
    archive.link('var/run', '/run')
    archive.device('dev/console', 5, 1)
    archive.file('etc/passwd', b'root:x:0:0:root:/root:/bin/sh\n'
                               b'nobody:x:65534:65534:nobody:/:/bin/false\n')
    archive.file('etc/group', b'root:x:0:\nnogroup:x:65534:\n')


def _busybox(archive, busybox):
    linked = subprocess.run(['ldd', busybox], capture_output=True, check=False)
    if linked.returncode == 0:
        raise LabError(f'{busybox} is not static: run scripts/deps vm '
                       '(package busybox-static)')
    names = subprocess.run([busybox, '--list'], capture_output=True, text=True,
                           check=True).stdout.split()
    archive.copy('usr/bin/busybox', busybox)
    for name in names:
        if name != 'busybox':
            archive.link(f'usr/bin/{name}', 'busybox')
    archive.link('usr/bin/sh', '../sbin/dash')
    # The kernel calls this path.
    archive.link('usr/sbin/modprobe', '../bin/busybox')


def _program(archive, path, source):
    """A program and the libraries it is linked to."""
    archive.copy(path, source)
    root = str(corosync() or '')
    environment = dict(os.environ)
    if root and str(source).startswith(root):
        environment['LD_LIBRARY_PATH'] = f'{root}/usr/lib/x86_64-linux-gnu'
    ldd = subprocess.run(['ldd', source], capture_output=True, text=True,
                         check=False, env=environment)
    for line in ldd.stdout.splitlines():
        if 'not found' in line:
            raise LabError(f'{source} needs{line.rstrip()}: run scripts/deps vm')
        library = next((word for word in line.split()
                        if word.startswith('/')), None)
        if library:
            archive.copy(_merged(library.removeprefix(root)), library)


def _merged(path):
    """/lib/x becomes usr/lib/x, as in the guest."""
    first = path.strip('/').split('/')[0]
    return f'usr{path}' if first in ('bin', 'sbin', 'lib', 'lib64') else path


def _project(kernel, inputs):
    archive = Archive()
    modules = [source for _, source in inputs if source.suffix == '.ko']
    for target, source in inputs:
        if source.suffix == '.ko':
            continue
        add = _program if _is_elf(source) else Archive.copy
        add(archive, _merged(f'/{target}'), source)
    _add_modules(archive, kernel, modules)
    return archive


def _is_elf(path):
    with open(path, 'rb') as data:
        return data.read(4) == b'\x7fELF'


def _add_modules(archive, kernel, modules):
    """Stripped, and known to modprobe together with the kernel's own."""
    with tempfile.TemporaryDirectory() as temp:
        top = pathlib.Path(temp)
        shutil.copytree(kernel.modules, top, dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns('vmlinux'))
        tree = top / 'lib/modules' / kernel.release
        (tree / 'updates').mkdir(parents=True, exist_ok=True)
        for source in modules:
            target = tree / 'updates' / source.name
            subprocess.run([need('strip', 'binutils'), '-g', '-o', target,
                            source], check=True)
        subprocess.run([need('depmod', 'kmod'), '-b', top, kernel.release],
                       check=True)
        for path in [*tree.glob('modules.*'), *tree.glob('updates/*')]:
            archive.file(f'usr/{path.relative_to(top)}', path.read_bytes())
