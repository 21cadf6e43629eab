#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests of vthost --profile, in TAP: guests of KVM and of vtx whose exits are known
# beforehand.  Wants "make modules KERNEL=6.1" and "make selftests" done.

set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
repo=$(dirname "$(dirname "$here")")
tmp=$(mktemp -d)
trap 'rm -rf "${tmp:?}"' EXIT
count=0 failed=0 exits=1000

# result DESCRIPTION COMMAND...: by the status of the command
result() {
	count=$((count + 1))
	if "${@:2}"; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		failed=$((failed + 1))
		sed 's/^/# /' "$tmp/err" "$directory/profile.txt" 2>/dev/null | head -n 60
	fi
}

# profile NAME ARG...: run vthost --profile, and leave its files in $directory
profile() {
	directory=$tmp/$1
	mkdir "$directory"
	"$here/vthost" --profile="$directory" --real-tsc "${@:2}" >"$tmp/out" 2>"$tmp/err"
}

# raw LINE REASON FIELD: of the emulator's file, over both kinds of an exit
raw() {
	awk -v line="$1" -v reason="$2" -v field="$3" '
		$1 == line && $2 == reason { n += $field }
		END { print n + 0 }' "$directory/profile.raw"
}

# per_exit REASON NAME: a counter in the median exit
per_exit() {
	awk -v reason="$1" -v name="$2" '
		$1 == "counters" { for (i = 2; i <= NF; i++) if ($i == name) field = i + 2 }
		$1 == "median" && $2 == reason && !$3 { print $field }' "$directory/profile.raw"
}

median() { awk -v reason="$1" '$1 == "exits" && $2 == reason && !$3 { print $7 }' "$directory/profile.raw"; }
between() { (($2 <= $1 && $1 <= $3)) || { echo "$1 is not in $2..$3" >>"$tmp/err"; return 1; }; }
CPUID=10 VMCALL=18 IO=30

# The symbols' ticks in profile.folded, and those of the exits
ticks_agree() {
	local folded exits
	folded=$(awk '{ n += $NF } END { printf "%.0f", n }' "$directory/profile.folded")
	exits=$(awk '$1 == "exits" { n += $5 } END { printf "%.0f", n }' "$directory/profile.raw")
	between "$folded" "$exits" "$exits" && ((folded > 0))
}

drawing_is_whole() { [[ $(tail -n 1 "$directory/profile.svg") == '</svg>' ]]; }
has_symbol() { grep -q "^$1;.*$2" "$directory/profile.folded"; }
no_symbol() { ! has_symbol "$@"; }

# What the guest's own TSC says of an exit: the loop and the exiting instruction,
# LOOP ticks, are not the host's.  The mean has the timer's interrupts in it.
guest_agrees() {
	local guest=$1 loop=$2 median
	median=$(median "$3")
	between "$((guest - loop))" "$((median - 1))" "$((median + 1 + median / ${4:-1000000}))"
}

test_common() {
	result "$1: the ticks of all symbols are those of the exits" ticks_agree
	result "$1: a flame graph is drawn" drawing_is_whole
	result "$1: a CPUID exit reads and writes its VMCS" eval \
		'(($(per_exit $CPUID VMREAD) > 0 && $(per_exit $CPUID VMWRITE) > 0))'
}

test_kvm() {
	gcc -O2 -Wall -Wextra -Werror -static -o "$tmp/kvm_exits" "$here/bochs/test/kvm_exits.c"
	result "kvm: the guest runs" profile kvm --no-module --kvm --put "$tmp/kvm_exits" \
		-- kvm_exits $exits
	result "kvm: $exits CPUIDs are as many exits" between "$(raw exits $CPUID 4)" $exits $exits
	result "kvm: $exits OUTs are as many exits" between "$(raw exits $IO 4)" $exits $exits
	result "kvm: OUT goes to userspace" has_symbol IO+user '\[user\]'
	result "kvm: CPUID does not" no_symbol CPUID '\[user\]'
	result "kvm: modules have names" has_symbol CPUID '\[kvm_intel\]'
	# xor, cpuid, dec, jnz
	result "kvm: the guest's TSC agrees" guest_agrees \
		"$(awk '/CPUID/ { printf "%d", $3 }' "$tmp/out")" 4 $CPUID 20
	test_common kvm
}

test_vtx() {
	result "vtx: the guest runs" profile vtx \
		--put "$repo/.build/selftests-install:/usr/lib/vtx/selftests" \
		-- /usr/lib/vtx/selftests/bench/exits
	# 33 samples of 32, see selftests/bench/exits.c
	result "vtx: 1056 CPUIDs are as many exits" between "$(raw exits $CPUID 4)" 1056 1056
	result "vtx: 1056 VMCALLs are as many exits" between "$(raw exits $VMCALL 4)" 1056 1056
	result "vtx: a CPUID exit is in vtx" has_symbol CPUID '\[vtx\]'
	test_common vtx
}

test_marks() {
	# shellcheck disable=SC2016 # for the shell in the box
	result "marks: three runs, the second one counted" profile marks --no-module --kvm \
		--put "$tmp/kvm_exits" -- sh -c 'kvm_exits 50; vtx-mark start
		kvm_exits 20; vtx-mark stop; kvm_exits 70'
	result "marks: its 20 CPUIDs alone" between "$(raw exits $CPUID 4)" 20 20
}

test_kvm
test_vtx
test_marks
echo "1..$count"
((failed == 0))
