# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Helpers for the project's shell scripts: source it, do not run it.
#	. "$(dirname "$0")/lib.sh"
# Standard output of a script is its result, for the caller to use; everything
# said to people goes to standard error through say and die.

me=${0##*/}
# shellcheck disable=SC2034 # for the scripts that source this file
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say()
{
	echo "$me: $*" >&2
}

die()
{
	say "$*"
	exit 1
}

# Large results that outlive a checkout: kernel sources and builds.
cache_dir()
{
	local dir=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/vcs

	mkdir -p "$dir" || die "cannot create $dir: set XDG_CACHE_HOME to a writable directory"
	echo "$dir"
}

# need COMMAND SET: stop unless COMMAND is there; SET is the argument of
# scripts/deps that brings it.
need()
{
	command -v "$1" >/dev/null || die "$1 is not installed: run scripts/deps $2"
}
