# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the checks: source it. The current directory is the top of the project.

. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"
cd "$top" || exit 1

# tracked [PATTERN...]: the tracked files that are still there.
# shellcheck disable=SC2120 # without arguments: all of them
tracked()
{
	local f

	git ls-files -- "$@" | while read -r f; do
		[ ! -f "$f" ] || echo "$f"
	done
}

# scripts SHELL-OR-LANGUAGE: the tracked files whose first line names it.
scripts()
{
	tracked | while read -r f; do
		head -n 1 "$f" | grep -aqE "^#!.*[/ ]$1( |\$)" && echo "$f"
	done
}

# What it gives back, a check has found: fails if there was any.
none_found()
{
	! grep .
}
