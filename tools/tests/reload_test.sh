#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# reload_test.sh DIRECTORY: vcs-fenced, running, is told to read its
# configuration again: a good one, a bad one, a good one. No kernel is asked;
# the daemon waits for the module vcs. DIRECTORY has the program.

fenced=$1/vcs-fenced
passed=0 failed=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
umask 077
conf=$dir/fence.conf
good='[default]\nagent=/bin/true\n'

# hear WORDS: the daemon's log, until it says WORDS.
hear()
{
	local line

	while read -r -t 10 line <&"${log[0]}"; do
		[[ $line != *"$1"* ]] || { passed=$((passed + 1)); return; }
	done
	failed=$((failed + 1))
	echo "the daemon did not say \"$1\""
}

# shellcheck disable=SC2059 # the file is a format
printf "$good" >"$conf"
coproc log { exec "$fenced" -f -c "$conf" 2>&1; }
# shellcheck disable=SC2154 # coproc sets it
pid=$log_PID
exec 3<&"${log[0]}"
log[0]=3

hear 'modprobe vcs'
kill -HUP "$pid"
hear "$conf: read again"
printf '[default]\nagent=/bin/true\n# here\ntimeout=never\n' >"$conf"
kill -HUP "$pid"
hear "$conf:4: timeout: \"never\" is no number from 1 to 3600; the old configuration stays"
rm "$conf"
kill -HUP "$pid"
hear 'No such file or directory; the old configuration stays'
# shellcheck disable=SC2059
printf "$good" >"$conf"
chmod 644 "$conf"
kill -HUP "$pid"
hear 'others may read it'
kill -TERM "$pid"
if wait "$pid"; then
	passed=$((passed + 1))
else
	failed=$((failed + 1))
	echo "the daemon ended with $?"
fi

# Standard error that is the journal gets no second copy of each line.
exec 4>"$dir/journal"
# shellcheck disable=SC2034 # nobody reads it
coproc quiet { JOURNAL_STREAM=$(stat -L -c %d:%i /dev/fd/4) \
	exec "$fenced" -f -c "$conf" 2>&4; }
# shellcheck disable=SC2154 # coproc sets it
pid=$quiet_PID
until grep -q '^SigBlk:.*[4567]...$' "/proc/$pid/status" 2>/dev/null ||
	[ ! -d "/proc/$pid" ]; do :; done
kill -TERM "$pid"
wait "$pid"
if grep -q 'modprobe vcs' "$dir/journal"; then
	failed=$((failed + 1))
	echo "the daemon wrote to the journal beside syslog"
else
	passed=$((passed + 1))
fi

echo "reload_test: $passed passed, $failed failed"
[ "$failed" = 0 ]
