# SPDX-License-Identifier: GPL-2.0-only
"""Did minigfs keep its promises? Judged by the disk server's log alone."""
