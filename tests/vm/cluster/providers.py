# SPDX-License-Identifier: GPL-2.0-only
"""Who may decide on membership: one class of nodes for each, and all that
differs from one to the other in how a cluster is set up is in it."""

from .cman import CmanNode
from .userbridge import UserbridgeNode

PROVIDERS = {node.PROVIDER: node for node in (CmanNode, UserbridgeNode)}
