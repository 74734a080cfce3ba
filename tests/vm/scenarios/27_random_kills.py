# SPDX-License-Identifier: GPL-2.0-only
"""Three kills of random nodes, with a random amount of work in between."""

from cluster import kills

ROUNDS = 3


def run(lab):
    kills.run(lab, ROUNDS)
