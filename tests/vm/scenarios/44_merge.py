# SPDX-License-Identifier: GPL-2.0-only
"""Cut apart 1 : 2, and healed before anybody was fenced: the one that comes back
led before; it is evicted, writes nothing, and returns when it has let go."""

from cluster import Cluster

ALONE, OTHERS = 1, (2, 3)


def apart(lab, cluster):
    """Each side sees only itself, and neither can fence the other."""
    since = lab.cursor()
    lab.power.set_mode('failing')
    lab.net.partition([ALONE], OTHERS)
    cluster[ALONE].event('quorum', since, quorate=False)
    cluster.wait_members(OTHERS)
    lab.wait_for(f'off {ALONE} answered error', source='power', since=since)
    assert cluster[ALONE].members() == [ALONE, *OTHERS]
    lab.until(lambda: cluster[ALONE].state('phase') == 'stopped',
              what=f'minigfs on node {ALONE} to stop')
    return since


def run(lab):
    # A fence that is under way is not given up for a promise: it fails at once.
    cluster = Cluster(lab, agent_retries=0)
    cluster.start()
    since = apart(lab, cluster)
    written = cluster[ALONE].counter('committed')

    lab.net.heal()
    lab.until(lambda: cluster[ALONE].state('phase') == 'evicted',
              what=f'node {ALONE} to hear that it is out')
    assert cluster[ALONE].counter('committed') == written
    # That it knows is no fence.
    for number in OTHERS:
        assert cluster[number].members() == [*OTHERS]
        assert cluster[number].waiting_for() == f'fence:{ALONE}'
    assert not lab.events.find('replays the journal', source='kernel',
                               since=since)

    # That it has nothing left to write is one: nobody turns it off.
    cluster[ALONE].unmount()
    lab.disk.mark(f'unmounted {ALONE}')
    cluster[ALONE].event('state', since, state='left')
    cluster.join(ALONE)
    cluster.wait_members([ALONE, *OTHERS])
    _, recoverer, _ = cluster.wait_replay(ALONE, since)
    assert recoverer in OTHERS, recoverer
    assert not lab.events.find('answered ok', source='power', since=since)
    cluster.mount(ALONE)
    cluster.survivors_write()
    cluster.finish()
