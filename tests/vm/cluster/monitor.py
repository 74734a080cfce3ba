# SPDX-License-Identifier: GPL-2.0-only
"""Events of the switch, as "vcsctl monitor -j" streams them out of a guest."""

import json

SOURCE = 'monitor'


def parse(event):
    """The fields of one of the lab's events, or None."""
    if event.source != SOURCE or not event.text.startswith('{'):
        return None
    try:
        return json.loads(event.text)
    except ValueError:
        return None


def matches(fields, wanted):
    return all(fields.get(key) == value for key, value in wanted.items())


def found(lab, node, since, wanted):
    """(event, fields) of all that match."""
    hits = []
    for event in lab.events.events[since:]:
        if node is not None and event.guest != node:
            continue
        fields = parse(event)
        if fields and matches(fields, wanted):
            hits.append((event, fields))
    return hits


def wait(lab, node, since, timeout, wanted):
    """The first event of a node whose fields are as wanted."""
    position = since

    def look():
        nonlocal position
        while position < len(lab.events.events):
            event = lab.events.events[position]
            position += 1
            fields = parse(event) if event.guest == node else None
            if fields and matches(fields, wanted):
                return event, fields
        return None

    text = ' '.join(f'{key}={value}' for key, value in wanted.items())
    return lab.events.until(look, timeout, f'the event {text} on node{node}')
