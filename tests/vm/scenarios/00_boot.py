# SPDX-License-Identifier: GPL-2.0-only
"""Three guests: the network and its faults, the shared disk, pause, power."""

from vmlib.nbdlog import CLOSE, MARK, WRITE

ONCE = 'the lab itself'


def reaches(lab, sender, receiver):
    status, _ = lab.guests[sender].sh(
        f'ping -c 1 -W 1 {lab.guests[receiver].address}')
    return status == 0


def write(guest, block, text):
    """Write a block and wait until the disk has it."""
    guest.run(f'echo {text} | dd of=/dev/shared bs=4096 seek={block} '
              'conv=sync,notrunc,fsync')


def fence(guest, action, plug):
    """Exit status of the fence agent."""
    return guest.sh(f'printf "action={action}\\nplug={plug}\\n" | fence_lab')[0]


def run(lab):
    one, two, three = (lab.guests[node] for node in (1, 2, 3))

    for sender in lab.nodes:
        for receiver in lab.nodes:
            assert reaches(lab, sender, receiver), (sender, receiver)

    write(one, 0, 'first')
    write(two, 1, 'second')
    writes = [record for record in lab.disk.records() if record.type == WRITE]
    assert [(r.guest, r.offset, r.data.rstrip(b'\n\0')) for r in writes] == [
        (1, 0, b'first'), (2, 4096, b'second')], [str(r) for r in writes]
    assert lab.disk.read(4096, 6) == b'second'
    assert three.run('head -c 5 /dev/shared') == 'first'

    lab.net.partition([1], [2, 3])
    assert not reaches(lab, 1, 2) and not reaches(lab, 3, 1)
    assert reaches(lab, 2, 3)
    lab.net.heal()
    assert reaches(lab, 1, 2)

    # A request reaches node 2, its answer does not come back.
    lab.net.cut(2, 1)
    passed = lab.net.count(1, 2)[0]
    assert not reaches(lab, 1, 2)
    assert lab.net.count(1, 2)[0] > passed
    lab.net.heal()

    two.pause()
    assert not reaches(lab, 1, 2)
    two.cont()
    assert reaches(lab, 1, 2)

    assert fence(one, 'off', '3') == 0
    assert three.state == 'off'
    assert fence(one, 'status', 'node3') == 2
    after_close(lab, 3, 'off 3 by 1')
    assert fence(one, 'on', '3') == 0
    three.wait_up()
    assert reaches(lab, 1, 3)


def after_close(lab, node, mark):
    """The mark stands behind the last that the node's connection did."""
    records = lab.disk.records()
    number = next(i for i, record in enumerate(records)
                  if record.type == MARK and record.text == mark)
    own = [i for i, record in enumerate(records) if record.guest == node]
    assert records[own[-1]].type == CLOSE and own[-1] < number, \
        [str(record) for record in records[-8:]]
