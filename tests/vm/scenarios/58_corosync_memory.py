# SPDX-License-Identifier: GPL-2.0-only
"""Memory is so short that the kernel reclaims all the time: the daemon on
corosync goes through views, records and a fence without one page fault."""

from cluster import Cluster

LEFT_OUT = {'cman': 'it has no process'}
CHECK = ()
LEFT_KB = 24 * 1024

# What tmpfs holds cannot be reclaimed, for there is no swap. What is read over
# and over is more than fits into the rest.
FILL = f'''
mkdir -p /hog && mount -t tmpfs -o size=100% hog /hog || exit
n=0
while [ $(awk '/^MemAvailable/ {{ print $2 }}' /proc/meminfo) -gt {LEFT_KB} ]
do
    dd if=/dev/zero of=/hog/$n bs=256k count=4 2>/dev/null || exit
    n=$((n + 1))
done
'''
THRASH = 'while :; do cat /dev/shared /usr/bin/* /usr/sbin/* >/dev/null; done'


def reclaimed(guest):
    """Pages so far."""
    return int(guest.run("awk '/^pgsteal_(kswapd|direct) / { n += $2 } "
                         "END { print n + 0 }' /proc/vmstat"))


def run(lab):
    cluster = Cluster(lab)
    cluster.start()
    pressed = (1, 2)
    for number in pressed:
        lab.guests[number].run(FILL, 120)
        lab.guests[number].start(THRASH)
    taken = {number: reclaimed(lab.guests[number]) for number in pressed}
    faults = {number: cluster[number].faults() for number in pressed}

    for _ in range(3):
        cluster.unmount(3)
        cluster.leave(3)
        cluster.wait_members([1, 2], timeout=120)
        cluster.join(3, timeout=120)
        cluster.mount(3)
        cluster.wait_members([1, 2, 3], timeout=120)
        cluster.survivors_write(1, 2, 3)
    since = lab.cursor()
    lab.guests[3].kill()
    assert cluster.wait_recovered(3, since, 120) in pressed
    cluster.wait_members([1, 2])
    cluster.survivors_write(1, 2)

    for number in pressed:
        pages = reclaimed(lab.guests[number]) - taken[number]
        lab.say(f'node {number}: {pages} pages reclaimed, faults of the '
                f'daemon: {faults[number]}, {cluster[number].faults()}')
        assert pages > 1000, pages
        assert cluster[number].faults() == faults[number]
    cluster.finish(1, 2)
