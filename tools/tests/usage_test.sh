#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage_test.sh DIRECTORY: exit codes and words of the programs in DIRECTORY
# where no kernel is asked.

cd "$1" || exit 1
passed=0 failed=0

# expect CODE WORDS COMMAND...: the exit code, and words of the output.
expect()
{
	local code=$1 words=$2 output got

	shift 2
	output=$("$@" 2>&1 </dev/null)
	got=$?
	if [ "$got" = "$code" ] && [[ $output == *"$words"* ]]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "$*: exit $got, wanted $code and \"$words\":"
		echo "$output"
	fi
}

expect 2 'usage: vcsctl COMMAND' ./vcsctl
expect 0 'usage: vcsctl COMMAND' ./vcsctl -h
expect 2 'there is no command "frob"' ./vcsctl frob
expect 2 '"-j" must stand after the command' ./vcsctl -j status
expect 1 '' bash -c './vcsctl -j status 2>&1 | grep usage:'
expect 0 'Make this node a member' ./vcsctl join -h
expect 0 'peers=1@192.0.2.1' ./vcsctl join -h
for command in providers join leave status nodes listeners fence confirm \
	monitor log; do
	expect 0 "usage: vcsctl $command" ./vcsctl $command -h
	expect 2 "usage: vcsctl $command" ./vcsctl $command --frob
done
expect 2 'say which cluster' ./vcsctl join
expect 2 'say which cluster' ./vcsctl join a b
expect 2 'is no number of seconds' ./vcsctl join a --wait x
expect 2 'is no number of seconds' ./vcsctl leave a --wait -1
expect 2 'longer than 1023' ./vcsctl join a -o "x=$(printf '%01100d' 0)"
expect 1 'No such file' ./vcsctl join a -K /nonexistent --no-wait
expect 2 'is no node id' ./vcsctl fence a x
expect 2 'is no node id' ./vcsctl fence a 0
expect 2 'is no node id' ./vcsctl log a -n 4294967296
expect 2 'an argument is missing' ./vcsctl fence
expect 2 'one argument too many' ./vcsctl fence a 3 x
expect 2 'needs no reason' ./vcsctl fence -l -r x
expect 2 'no terminal' ./vcsctl confirm a 3
expect 2 'no terminal' ./vcsctl fence a 3
expect 2 'one argument too many' ./vcsctl status a b

expect 2 'usage: vcs-fenced' ./vcs-fenced --frob
expect 2 'one argument too many' ./vcs-fenced x
expect 0 'usage: vcs-fenced' ./vcs-fenced -h
expect 1 'No such file or directory; vcs-fence.conf(5)' \
	./vcs-fenced -t -c /nonexistent
if [ -x vcs-corosyncd ]; then
	expect 2 'usage: vcs-corosyncd' ./vcs-corosyncd --frob
	expect 2 'one argument too many' ./vcs-corosyncd x
	expect 2 'is no name of a cluster' ./vcs-corosyncd -n "$(printf '%0100d' 0)"
	expect 0 'usage: vcs-corosyncd' ./vcs-corosyncd -h
fi

expect 1 'cannot write' bash -c './vcsctl -h >/dev/full'

# With -j a mistake is JSON as well, in every command.
for command in providers join leave status nodes listeners fence confirm \
	monitor log; do
	for arguments in '-j --frob' '-j a b c d'; do
		# shellcheck disable=SC2086 # two words or more
		output=$(./vcsctl $command $arguments 2>/dev/null </dev/null)
		if [[ $output =~ ^\{\"error\":\{\"code\":2,\"text\":\"[^\"]+.*\"\}\}$ ]]; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
			echo "vcsctl $command $arguments: no JSON of an error"
		fi
	done
done
expect 1 '{"error":{"code":1,"text":"key file /nonexistent: No such file' \
	./vcsctl join a -K /nonexistent --no-wait -j
# shellcheck disable=SC2016 # for the inner shell
expect 2 '"there is no command' ./vcsctl frob -j

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
conf=$dir/fence.conf
umask 077

# agent TEXT: makes the agent do this; $a is the action.
agent()
{
	cat >"$dir/agent" <<-END
	#!/bin/sh
	while IFS='=' read -r k v; do [ \$k = action ] && a=\$v; done
	$1
	END
	chmod 700 "$dir/agent"
}

printf '[node 3]\nagent=%s\nverify=0\nshape=round\n' "$dir/agent" >"$conf"
expect 1 "$conf:4: \"shape\" is no word" ./vcs-fenced -t -c "$conf"
printf '[node 3]\nagent=%s\n' "$dir/agent" >"$conf"
agent 'exit 0'
expect 0 'node 3' ./vcs-fenced -t -c "$conf"
agent 'exit 2'
expect 0 'the node is OFF' ./vcs-fenced -t -c "$conf"
# shellcheck disable=SC2016 # for the agent
agent '[ $a = monitor ]'
expect 0 'cannot be asked for' ./vcs-fenced -t -c "$conf"
agent 'echo the wire is cut; exit 1'
expect 1 'exit 1: the wire is cut' ./vcs-fenced -t -c "$conf"

echo "usage_test: $passed passed, $failed failed"
[ "$failed" = 0 ]
