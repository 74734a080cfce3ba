# SPDX-License-Identifier: GPL-2.0-only
"""Who may decide on membership: one class for each, and all that differs from
one to the other in how a cluster is set up is in it."""

from .cman import Cman
from .userbridge import Userbridge

PROVIDERS = {provider.NAME: provider for provider in (Cman, Userbridge)}
