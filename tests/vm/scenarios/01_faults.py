# SPDX-License-Identifier: GPL-2.0-only
"""The lab notices what it must: lies of the switch, held writes, splats."""

from vmlib import nbdlog
from vmlib.errors import TestFailure

ONCE = 'the lab itself'

# Exit status under "timeout": busybox's, or that of others.
TIMED_OUT = (143, 124)


def run(lab):
    random_numbers_differ(lab)
    clocks_agree(lab)
    streams(lab)
    switch_modes(lab)
    held_write_delays_the_fence(lab)
    blocked_writes_fail(lab)
    splats_are_noticed(lab)
    death_is_noticed(lab)


def fence(guest, action, plug, seconds=60):
    """(exit status, output) of the fence agent."""
    return guest.sh(f'printf "action={action}\nplug={plug}\n" | '
                    f'timeout {seconds} fence_lab')


def fails(call, *args, **options):
    """The call must fail as a test does; what it says."""
    try:
        call(*args, **options)
    except TestFailure as error:
        return str(error)
    raise AssertionError(f'{call} should have failed')


def random_numbers_differ(lab):
    """Although all guests continue from one saved state."""
    drawn = lab.each('head -c 16 /dev/urandom | xxd -p')
    assert len(set(drawn.values())) == len(lab.nodes), drawn


def clocks_agree(lab):
    """A guest's kernel message lies between two host times around it."""
    guest = lab.guests[2]
    for clock_runs in (False, True):
        guest.pause(clock_runs)
        lab.guests[1].run('sleep 0.3')
        guest.cont()
        cursor = lab.cursor()
        lab.say('before')
        guest.run('echo tick >/dev/kmsg')
        lab.say('after')
        before, tick, after = (
            lab.wait_for(f'^{text}$', since=cursor).time
            for text in ('before', 'tick', 'after'))
        assert before - 0.001 < tick < after + 0.001, (before, tick, after)


def streams(lab):
    """Lines of a command become events, also after the command ended."""
    job = lab.guests[1].spawn('echo one; (read x </run/go; echo $x) &', 'echo')
    lab.guests[1].run('mkfifo /run/go')
    # The reader found no fifo, or it will: either way it ends.
    lab.wait_for('^one$', source='echo')
    assert job.wait() == 0

    job = lab.guests[1].spawn('while :; do echo beat; sleep 0.1; done', 'beat')
    cursor = lab.cursor()
    lab.wait_for('beat', node=1, source='beat', since=cursor)
    job.kill()
    assert job.wait() == 128 + 9
    assert 'in vain' in fails(lab.wait_for, 'never said', timeout=0.2)


def switch_modes(lab):
    one, three = lab.guests[1], lab.guests[3]
    lab.power.set_mode('failing', target=3)
    status, text = fence(one, 'off', 3)
    assert status == 1 and 'broken' in text, (status, text)
    lab.power.set_mode('crash', target=3)
    assert fence(one, 'off', 3)[0] == 128 + 11
    lab.power.set_mode('garbage', target=3)
    assert fence(one, 'off', 3)[0] == 77

    lab.power.set_mode('hanging', target=3)
    assert fence(one, 'off', 3, seconds=1)[0] in TIMED_OUT
    assert fence(one, 'off', 9)[0] == 1

    lab.power.set_mode('lying', target=3)
    assert fence(one, 'off', 3)[0] == 0
    assert three.state == 'up'
    three.run('echo ghost | dd of=/dev/shared bs=4096 conv=sync,notrunc,fsync')
    records = lab.disk.records()
    mark = next(r.seq for r in records if r.text == 'off 3 by 1')
    ghosts = [r for r in records if r.type == nbdlog.WRITE and r.guest == 3
              and r.seq > mark]
    assert ghosts, 'the log does not show that the switch lied'
    lab.power.set_mode('normal')


def held_write_delays_the_fence(lab):
    """A write on its way to the disk lands before the fence is reported."""
    one, three = lab.guests[1], lab.guests[3]
    lab.disk.hold(3)
    three.start('echo late | dd of=/dev/shared bs=4096 seek=5 '
                'conv=sync,notrunc,fsync')
    # The block layer has sent it, and no answer came.
    lab.until(lambda: three.run('cat /sys/block/vda/inflight').split()[1] != '0',
              what='a write in flight')
    cursor = lab.cursor()
    assert fence(one, 'off', 3, seconds=2)[0] in TIMED_OUT
    lab.wait_for('off 3 asked', source='power', since=cursor)
    # Nor may an agent that looks first conclude that nothing is left to do.
    assert fence(lab.guests[2], 'status', 3)[0] == 0
    lab.disk.release(3)
    lab.wait_for('off 3 answered ok', source='power', since=cursor)
    records = lab.disk.records()
    late = next(r.seq for r in records if r.data.startswith(b'late'))
    mark = max(r.seq for r in records if r.text == 'off 3 by 1')
    assert late < mark, (late, mark)

    # The answer was for the agent that ran out of time, and for no other.
    lab.power.set_mode('failing', target=3)
    assert fence(one, 'off', 3)[0] == 1
    lab.power.set_mode('normal')
    lab.start(3)


def blocked_writes_fail(lab):
    write = 'echo no | dd of=/dev/shared bs=4096 seek=6 conv=sync,notrunc,fsync'
    lab.guests[2].allow('I/O error')
    lab.disk.block(2)
    assert lab.guests[2].sh(write)[0] != 0
    lab.disk.allow(2)
    assert lab.guests[2].sh(write)[0] == 0
    assert any(r.type == nbdlog.REFUSED for r in lab.disk.records())


def splats_are_noticed(lab):
    lab.guests[2].run('echo "BUG: only a test" >/dev/kmsg')
    assert 'only a test' in fails(lab.wait_for, 'never said', timeout=5)
    lab.events.problems.clear()
    lab.guests[2].allow('only a test')
    lab.guests[2].run('echo "BUG: only a test, again" >/dev/kmsg')
    lab.wait_for('a test, again', source='kernel')
    lab.events.check()


def death_is_noticed(lab):
    three = lab.guests[3]
    three.allow('Kernel panic|sysrq')
    three.start('echo c >/proc/sysrq-trigger')
    assert 'ended by itself' in fails(lab.wait_for, 'never said', timeout=20)
    lab.events.problems.clear()
    lab.start(3)
    three.expect_exit()
    three.start('reboot -f')
    three.wait_exit()
    lab.events.check()
