# SPDX-License-Identifier: GPL-2.0-only
"""The guest's kernel: Debian's stock one, or one of our own.

The stock kernel is that of the installed headers, because the project's
modules are built against those. Its package is fetched with apt and unpacked
into the cache, never installed. Of its modules only those in guest/modules
are kept, with what they depend on.
"""

import copy
import gzip
import hashlib
import lzma
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

from .errors import LabError
from .paths import GUEST, TOP, cache
from .proc import locked, need, say


class Kernel:
    """release, vmlinux (an ELF with a PVH entry), modules (a directory that
    holds lib/modules/RELEASE), tree (to build modules against), and flavour:
    build/FLAVOUR has our modules."""

    def __init__(self, flavour, release, tree, vmlinux, modules):
        self.flavour = flavour
        self.release = release
        self.tree = tree
        self.vmlinux = pathlib.Path(vmlinux)
        self.modules = pathlib.Path(modules)

    def __str__(self):
        return f'{self.release} ({self.flavour})'

    def build_modules(self, define=None):
        """Build the project's modules for this kernel. With define, one of
        vcs/mutant.h: a planted defect. Returns the kernel with those."""
        kernel = copy.copy(self)
        options = []
        if define:
            kernel.flavour += f'-{define.lower().replace("_", "-")}'
            options = [f'KCFLAGS=-D{define}']
        _script('module-build', kernel.flavour, self.tree, *options)
        return kernel


def own(name):
    """A kernel of tests/kernels; what guests need is built into it."""
    tree = pathlib.Path(_script('kernel-build', name, quiet=False))
    release = _release(tree)
    return Kernel(name, release, tree, tree / 'vmlinux',
                  _own_lists(tree, release))


def _script(name, *words, quiet=True):
    """What one of the project's scripts prints. It says why it fails; those
    that take minutes also say how far they are."""
    run = subprocess.run([TOP / 'scripts' / name, *words], text=True,
                         stdout=subprocess.PIPE, check=False,
                         stderr=subprocess.PIPE if quiet else None)
    if run.returncode:
        raise LabError(f'scripts/{name} {" ".join(map(str, words))} failed:\n'
                       f'{_gist(run.stderr or "see above")}')
    return run.stdout.strip()


def _gist(text):
    """Of a build's output, what somebody must read."""
    lines = text.strip().splitlines()
    errors = [line for line in lines if 'error:' in line or 'ERROR:' in line]
    return '\n'.join(errors[:10] + lines[-3:])


def _own_lists(tree, release):
    """Let modprobe know what is built in, so that asking for it succeeds."""
    top = cache() / f'own-{release}'
    lists = top / 'lib/modules' / release
    lists.mkdir(parents=True, exist_ok=True)
    for name in ('modules.builtin', 'modules.builtin.modinfo', 'modules.order'):
        if (tree / name).exists():
            shutil.copy2(tree / name, lists / name)
    return top


def _release(tree):
    """What modules built in this directory carry as their vermagic. (Debian's
    kernel.release file says something else.)"""
    header = tree / 'include/generated/utsrelease.h'
    try:
        return header.read_text().split('"')[1]
    except (OSError, IndexError) as error:
        raise LabError(f'{tree} is no built kernel, {header} is missing: '
                       'run scripts/deps build') from error


def stock():
    tree = pathlib.Path(_script('kernel-headers'))
    release = _release(tree)
    wanted = _wanted()
    key = hashlib.sha256('\n'.join([release, *wanted]).encode()).hexdigest()
    final = cache() / f'kernel-{release}-{key[:12]}'
    with locked(cache() / 'kernel.lock'):
        if not final.exists():
            with tempfile.TemporaryDirectory(dir=cache()) as temp:
                _unpack(release, wanted, pathlib.Path(temp))
                os.rename(pathlib.Path(temp) / 'kept', final)
    return Kernel('stock', release, tree, final / 'vmlinux', final)


def _wanted():
    lines = (GUEST / 'modules').read_text().splitlines()
    return [line for line in lines if line and not line.startswith('#')]


def _unpack(release, wanted, temp):
    package = _download(release)
    tree = temp / 'tree'
    need('dpkg', 'dpkg')
    subprocess.run(['dpkg', '-x', package, tree], check=True)
    kept = temp / 'kept'
    kept.mkdir()
    with open(tree / f'boot/vmlinuz-{release}', 'rb') as image:
        (kept / 'vmlinux').write_bytes(extract_vmlinux(image.read()))
    subprocess.run([need('depmod', 'kmod'), '-b', tree, release], check=True)
    _keep_modules(tree, kept, release, wanted)
    os.chmod(kept, 0o755)


def _download(release):
    """Path of the package in the cache; named by apt, so by its version."""
    store = cache() / 'packages'
    store.mkdir(exist_ok=True)
    have = sorted(store.glob(f'linux-image-{release}*.deb'))
    if have:
        return have[-1]
    need('apt-get', 'apt')
    say(f'fetching the kernel {release}')
    said = ''
    for package in (f'linux-image-{release}', f'linux-image-{release}-unsigned'):
        with tempfile.TemporaryDirectory(dir=store) as temp:
            get = subprocess.run(['apt-get', '-q', 'download', package],
                                 cwd=temp, text=True, capture_output=True,
                                 check=False)
            for path in pathlib.Path(temp).glob('*.deb'):
                return path.rename(store / path.name)
        said += get.stderr
    raise LabError(f'apt-get cannot download linux-image-{release}, the kernel '
                   'of the installed headers: run apt-get update; if the '
                   'archive has a newer kernel only, upgrade '
                   f'linux-headers-amd64:\n{said.strip()}')


def _keep_modules(tree, kept, release, wanted):
    source = tree / 'lib/modules' / release
    target = kept / 'lib/modules' / release
    depends = {}
    for line in (source / 'modules.dep').read_text().splitlines():
        path, _, needs = line.partition(':')
        name = pathlib.Path(path).name.split('.ko')[0].replace('-', '_')
        depends[name] = [path, *needs.split()]
    for name in wanted:
        paths = depends.get(name.replace('-', '_'))
        if not paths:
            raise LabError(f'{GUEST}/modules: the kernel {release} has no '
                           f'module {name}')
        for path in paths:
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / path, target / path)
    for name in ('modules.builtin', 'modules.builtin.modinfo', 'modules.order'):
        if (source / name).exists():
            shutil.copy(source / name, target / name)


def extract_vmlinux(image):
    """The ELF inside a bzImage: a guest starts seconds sooner when it need
    not decompress itself. Offsets: Documentation/x86/boot.rst."""
    if image[0x202:0x206] != b'HdrS':
        raise LabError('the kernel image is no bzImage')
    setup = image[0x1f1] or 4
    offset, length = struct.unpack_from('<II', image, 0x248)
    start = (setup + 1) * 512 + offset
    payload = image[start:start + length]
    elf = _decompress(payload)
    if not elf.startswith(b'\x7fELF'):
        raise LabError('what the kernel image unpacks to is not an ELF file')
    return elf


def _decompress(payload):
    """The last four bytes are the unpacked size, not part of the stream."""
    if payload.startswith(b'\xfd7zXZ'):
        return lzma.LZMADecompressor(format=lzma.FORMAT_XZ).decompress(payload)
    if payload.startswith(b'\x1f\x8b'):
        return gzip.decompress(payload[:-4])
    if payload.startswith(b'\x28\xb5\x2f\xfd'):
        return subprocess.run([need('zstd', 'zstd'), '-dcq'], check=False,
                              input=payload[:-4], capture_output=True).stdout
    if payload.startswith(b'\x7fELF'):
        return payload
    raise LabError('the kernel image is compressed in a way this does not '
                   f'know: it starts with {payload[:4].hex()}')
