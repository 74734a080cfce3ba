# SPDX-License-Identifier: GPL-2.0-only
"""A cluster with a mounted minigfs in the guests of a lab: what the scenarios
and the demo say in one line each."""

from .cluster import NAME, Cluster  # noqa: F401
from .providers import PROVIDERS  # noqa: F401
