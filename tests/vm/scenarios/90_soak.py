# SPDX-License-Identifier: GPL-2.0-only
"""As many random kills as ROUNDS in the environment says (tests/vm/soak)."""

import os

from cluster import kills


def run(lab):
    kills.run(lab, int(os.environ.get('ROUNDS', '20')), coordinators=True)
