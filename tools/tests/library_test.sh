#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# library_test.sh DIRECTORY: what libvcs exports is what its map and its header
# say, under the versions of the map; and a program is built with what was
# installed, and runs. DIRECTORY has lib/.

shopt -s extglob
here=$(dirname "$(readlink -f "$0")")
tools=$here/..
source=$tools/libvcs
library=$1/lib/libvcs.so.0
passed=0 failed=0
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# same WHAT EXPECTED GOT: the same list.
same()
{
	if [ -n "$2" ] && [ "$2" = "$3" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "$1:"
		diff <(echo "$2") <(echo "$3")
	fi
}

# ok WHAT COMMAND...: it succeeds.
ok()
{
	local what=$1 output

	shift
	if output=$("$@" 2>&1); then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "$what:"
		echo "$output"
	fi
}

# "function@version" of each, as the map has them.
mapped=$(awk '/^LIBVCS_/ { version = $1 }
	/^\t[a-z_0-9]+;/ { sub(";", ""); print $1 "@" version }' \
	"$source/libvcs.map" | sort)
exported=$(nm -D --defined-only "$library" |
	awk '$2 == "T" { sub("@@", "@"); print $3 }' | sort)
declared=$(grep -oE '^[a-z].*\(|^ *\*?vcs_[a-z_0-9]+\(' "$source/libvcs.h" |
	grep -oE 'vcs_[a-z_0-9]+\($' | tr -d '(' | sort -u)
documented=$(sed -n 's/^ \* \(vcs_[a-z_0-9]*\)() - .*/\1/p' "$source/libvcs.h" | sort)

same 'the map, and what the library exports' "$mapped" "$exported"
same 'the map, and what the header declares' "${mapped//@LIBVCS_*([0-9])/}" "$declared"
same 'what the header declares, and what it describes' "$declared" "$documented"
same 'the name that programs are linked to' 'libvcs.so.0' \
	"$(readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')"
same 'names of the archive that are not ours' 'none' \
	"$(nm -g --defined-only "$1/lib/libvcs.a" |
		awk 'NF == 3 && $3 !~ /^vcsi?_/ { print $3; n++ } END { if (!n) print "none" }')"

# The example of the manual page.
example()
{
	printf '#include <%s>\n' err.h errno.h libvcs.h poll.h stdio.h
	sed -n '/^\.SH EXAMPLE/,/^\.RE/p' "$tools/../Documentation/man/libvcs.3" |
		sed '1,/^\.RS/d; /^\.RE/d; s/\\-/-/g; s/\\e/\\/g'
}

# build WORDS...: a program, with what was installed and nothing else of ours.
build()
{
	local -a flags

	read -ra flags < <(PKG_CONFIG_PATH=$root/usr/lib/pkgconfig \
		PKG_CONFIG_SYSROOT_DIR=$root pkg-config --cflags --libs libvcs)
	cc -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter "$@" "${flags[@]}"
}

ok 'make install' make --no-print-directory -C "$tools" install DESTDIR="$root" PREFIX=/usr
example >"$root/example.c"
ok 'the example of libvcs(3)' build -o "$root/example" "$root/example.c"
ok 'lone' build -D_GNU_SOURCE -o "$root/lone" "$tools/lone/lone.c"
# Without a module, or without a cluster of this name: it says so.
same 'lone, with the library that was installed' 1 "$(
	LD_LIBRARY_PATH=$root/usr/lib "$root/lone" nonesuch 1 >/dev/null 2>&1; echo $?)"
same 'a C++ compiler reads the header' 0 "$(
	command -v c++ >/dev/null || { echo 0; exit; }
	printf '#include <libvcs.h>\n' | c++ -x c++ -fsyntax-only -Wall -Werror \
		-I"$root/usr/include/vcs" - >&2; echo $?)"
ok 'make uninstall' make --no-print-directory -C "$tools" uninstall DESTDIR="$root" PREFIX=/usr
same 'what is left' "./etc/vcs" "$(cd "$root" && find . ! -type d -o -name vcs |
	grep -v '^./\(example\|lone\)')"

echo "library_test: $passed passed, $failed failed"
[ "$failed" = 0 ]
