# SPDX-License-Identifier: GPL-2.0-only
"""An agent that fails, hangs, crashes or prints garbage opens no gate."""

from cluster import Cluster


def run(lab):
    cluster = Cluster(lab, agent_timeout=2, agent_retries=0)
    cluster.start()

    since = lab.cursor()
    lab.power.set_mode('failing', target=3)
    lab.guests[3].kill()
    cluster.wait_members([1, 2])
    for mode, trace in (('failing', 'answered error'), ('hanging', 'asked'),
                        ('crash', 'answered crash'),
                        ('garbage', 'answered garbage')):
        cursor = lab.cursor()
        lab.power.set_mode(mode, target=3)
        # Twice: the agent's first run in this mode has had its effect.
        first = lab.wait_for(f'off 3 {trace}', source='power', since=cursor)
        cursor = lab.events.events.index(next(
            event for event in lab.events.events if event.time == first.time
            and event.text == first.text)) + 1
        lab.wait_for('off 3 asked', source='power', since=cursor)
        for node in cluster.some([1, 2]):
            assert node.waiting_for() == 'fence:3', (mode, node.waiting_for())
    assert not lab.events.find('replays the journal', source='kernel',
                               since=since)
    unknown = [entry['text'] for entry in cluster[1].log() + cluster[2].log()
               if entry['log_code'] == 'fence-attempt']
    assert len(unknown) >= 4, unknown
    assert not [text for text in unknown if 'success' in text], unknown

    lab.power.set_mode('normal')
    assert cluster.wait_recovered(3, since) == 1
    cluster.survivors_write(1, 2)
    cluster.finish(1, 2)
