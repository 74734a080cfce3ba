# SPDX-License-Identifier: GPL-2.0-only
#
# Reads the kernel log of a run and says what passed and what did not.
#	awk -v title="kunit (plain)" -v debug=0 -v log_file=PATH \
#		-v unlisted="SUITE..." -f judge.awk PATH
# Exit status 0 only if at least one case ran, all passed, every suite came to
# its end, and the kernel had nothing to complain about.

function fail(what)
{
	print "FAIL " what
	failed++
}

# A suite's module ends: it must have had a result.
function end_module()
{
	if (module != "" && !results)
		fail(module ": no suite gave a result")
	module = ""
}

function end_suite(ok)
{
	if (cases != planned)
		fail(suite ": " cases + 0 " of " planned + 0 " cases gave a result")
	else if (!ok && !suite_failed)
		fail(suite ": its set-up failed" said)
	if (suite_failed)
		print "suite " suite ": " suite_failed " of " cases " cases failed"
	else
		print "suite " suite ": " suite_passed + 0 " cases passed"
	suite = ""
	results++
}

function end_case(ok, name)
{
	cases++
	if (name ~ / # SKIP/) {
		skipped++
	} else if (ok) {
		passed++
		suite_passed++
	} else {
		suite_failed++
		fail(suite "." name said)
	}
	said = ""
}

{
	sub(/^\[ *[0-9.]+\] /, "")
}

# --- marks of the guest's init

/^### suite/ {
	end_module()
	module = $3
	results = 0
	started = 1
	next
}

/^### not-loaded/ { fail($3 ": cannot be loaded"); next }
/^### stuck/ { fail($3 ": cannot be unloaded, something still uses it"); next }
/^### lockdep/ { lockdep = $3; next }
/^### leaks/ { leaks = $3; next }
/^### tainted/ { tainted = $3; next }
/^### end/ { ended = 1; next }

# --- results of KUnit

/^    # Subtest: / {
	suite = $0
	sub(/.*# Subtest: /, "", suite)
	planned = cases = suite_passed = suite_failed = 0
	said = ""
	next
}

suite != "" && /^    1\.\.[0-9]+/ {
	planned = substr($1, 4)
	next
}

suite != "" && /^    (not )?ok [0-9]+ / {
	name = $0
	sub(/^    (not )?ok [0-9]+ (- )?/, "", name)
	end_case($1 == "ok", name)
	next
}

suite != "" && /^(not )?ok [0-9]+ / {
	end_suite($1 == "ok")
	next
}

# What a case said: shown if it fails. Statistics are noise.
/^ *#? ?[A-Za-z0-9_]+: pass:[0-9]+ fail:|^ *# Totals:/ { next }
suite != "" && /^    / {
	said = said "\n" $0
	next
}

# --- complaints of the kernel

# Two places in the kernel's own maple tree are known to complain while it
# boots, before any module of ours is there.
/WARNING: suspicious RCU usage/ && !started {
	held = $0
	next
}
held != "" && /suspicious rcu_/ {
	if ($0 !~ /^lib\/maple_tree\.c:/)
		fail("the kernel complained: " held "\n" $0)
	held = ""
	next
}

/WARNING:|BUG[: ]|KASAN:|UBSAN:|ODEBUG:|INFO: (task|rcu|trying|lockdep|Slab)|Oops|Kernel panic|general protection|refcount_t:|list_(add|del) corruption|unreferenced object|ref_tracker:|to become free|page allocation failure/ {
	fail("the kernel complained: " $0)
	show = 14
	next
}
show > 0 {
	print "     " $0
	show--
}

END {
	end_module()
	count = split(unlisted, file, "\n")
	for (i = 1; i <= count; i++)
		fail(file[i] ": has no line in Kbuild, so it did not run")
	if (suite != "")
		fail(suite ": no result, stopped after " cases " of " planned " cases" said)
	if (held != "")
		fail("the kernel complained: " held)
	if (!ended)
		fail("the kernel did not get to the end: it crashed or hung")
	# 32 bad page, 128 died, 512 warned
	if (int(tainted / 32) % 2 || int(tainted / 128) % 2 || int(tainted / 512) % 2)
		fail("the kernel is tainted: " tainted)
	if (debug && ended && lockdep != 1)
		fail("lockdep is off at the end, so it proved nothing")
	if (debug && ended && leaks == "")
		fail("kmemleak did not run")
	if (!passed && !failed)
		fail("no test ran")
	printf "%s: %d passed, %d failed%s\n", title, passed, failed,
		skipped ? ", " skipped " skipped" : ""
	if (failed)
		print "the whole log: " log_file
	exit failed > 0
}
