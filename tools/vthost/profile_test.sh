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
		sed 's/^/# /' "$tmp/err" "$directory/profile.txt" 2>/dev/null | head -n 30 || true
	fi
}

# profile NAME ARG...: run vthost --profile, and leave its files in $directory
profile() {
	directory=$tmp/$1
	mkdir "$directory"
	"$here/vthost" --profile="$directory" "${@:2}" >"$tmp/out" 2>"$tmp/err"
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

# median REASON: ticks of the median exit that stayed in the kernel
median() { awk -v reason="$1" '$1 == "exits" && $2 == reason && !$3 { print $7 }' "$directory/profile.raw"; }

between() { (($2 <= $1 && $1 <= $3)) || { echo "$1 is not in $2..$3" >>"$tmp/err"; return 1; }; }
EXTERNAL_INTERRUPT=1 CPUID=10 VMCALL=18 IO=30

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

# guest_agrees TICKS LOOP REASON: the guest's TSC around all exits of one reason.
# LOOP ticks are its loop and the exiting instructions.  Bochs' RDTSC may lag by 32,
# and the interrupts of a timer are exits of their own.
guest_agrees() {
	local least=$(($(raw exits "$3" 5) + $2))
	between "$1" $((least - 64)) $((least + 64 + $(raw exits $EXTERNAL_INTERRUPT 5)))
}

test_common() {
	result "$1: the ticks of all symbols are those of the exits" ticks_agree
	result "$1: a flame graph is drawn" drawing_is_whole
	result "$1: a CPUID exit reads its VMCS" between "$(per_exit $CPUID VMREAD)" 1 100
	result "$1: a CPUID exit writes its VMCS" between "$(per_exit $CPUID VMWRITE)" 1 100
}

test_kvm() {
	gcc -O2 -Wall -Wextra -Werror -static -o "$tmp/kvm_exits" "$here/bochs/test/kvm_exits.c"
	result "kvm: the guest runs" profile kvm --real-tsc --no-module --kvm --put "$tmp/kvm_exits" \
		-- kvm_exits $exits
	result "kvm: $exits CPUIDs are as many exits" between "$(raw exits $CPUID 4)" $exits $exits
	result "kvm: $exits OUTs are as many exits" between "$(raw exits $IO 4)" $exits $exits
	result "kvm: OUT goes to userspace" has_symbol IO+user '\[user\]'
	result "kvm: CPUID does not" no_symbol CPUID '\[user\]'
	result "kvm: modules have names" has_symbol CPUID '\[kvm_intel\]'
	# xor, cpuid, dec, jnz; out, dec, jnz
	result "kvm: the guest's TSC has CPUID's ticks" guest_agrees \
		"$(awk '/CPUID/ { print $3 }' "$tmp/out")" $((4 * exits)) $CPUID
	result "kvm: the guest's TSC has OUT's ticks" guest_agrees \
		"$(awk '/OUT/ { print $3 }' "$tmp/out")" $((3 * exits)) $IO
	one_cpu=$(median $CPUID)
	test_common kvm
}

test_vtx() {
	result "vtx: the guest runs" profile vtx --real-tsc \
		--put "$repo/.build/selftests-install:/usr/lib/vtx/selftests" \
		-- /usr/lib/vtx/selftests/bench/exits
	# 33 samples of 32, see selftests/bench/exits.c
	result "vtx: 1056 CPUIDs are as many exits" between "$(raw exits $CPUID 4)" 1056 1056
	result "vtx: 1056 VMCALLs are as many exits" between "$(raw exits $VMCALL 4)" 1056 1056
	# the bench has taken its loop off, but not all of the guest's CPUID
	result "vtx: the guest's TSC has CPUID's ticks" between \
		"$(awk '/^CPUID/ { print $2 }' "$tmp/out")" \
		$(($(median $CPUID) + 1)) $(($(median $CPUID) + 6))
	result "vtx: a CPUID exit is in vtx" has_symbol CPUID '\[vtx\]'
	test_common vtx
}

test_marks() {
	result "marks: three runs, the second one counted" profile marks --no-module --kvm \
		--put "$tmp/kvm_exits" -- sh -c 'kvm_exits 50; vtx-mark start
		kvm_exits 20; vtx-mark stop; kvm_exits 70'
	result "marks: its 20 CPUIDs alone" between "$(raw exits $CPUID 4)" 20 20
}

# Two CPUs, and a guest on each: the intervals of a CPU are its own
test_smp() {
	result "smp: two guests run" profile smp --no-module --kvm --cpus 2 \
		--put "$tmp/kvm_exits" -- sh -c \
		"taskset 1 kvm_exits $exits & taskset 2 kvm_exits $exits; wait"
	result "smp: their CPUIDs are as many exits" between "$(raw exits $CPUID 4)" \
		$((2 * exits)) $((2 * exits))
	result "smp: a CPUID exit takes what it takes on one CPU" between \
		"$(median $CPUID)" "$one_cpu" $((one_cpu + 20))
	test_common smp
}

test_kvm
test_smp
test_vtx
test_marks
echo "1..$count"
((failed == 0))
