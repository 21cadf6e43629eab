#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests of the box itself, in TAP.  First the frames: relay is fed streams made
# by frames.c in place of an emulator, which takes a second.  Then a dozen real
# runs, of five seconds and more each; "selftest.sh frames" leaves them out.

set -euo pipefail
shopt -s nullglob

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
vthost=$here/vthost
relay=$("$here/prepare" program relay)
frames=$("$here/prepare" program frames)
unset VTHOST_MODULE
tmp=$(mktemp -d)
export TMPDIR=$tmp
trap 'rm -rf "${tmp:?}"' EXIT
count=0 failed=0

# result DESCRIPTION: by the status of the command before
result() {
	local status=$?
	count=$((count + 1))
	if ((status == 0)); then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		failed=$((failed + 1))
		sed 's/^/# /' "$tmp/err"
	fi
}

# expect STATUS COMMAND...: its output goes to $tmp/out and $tmp/err
expect() {
	local want=$1 got=0
	"${@:2}" >"$tmp/out" 2>"$tmp/err" || got=$?
	((got == want)) || { echo "status $got, not $want" >>"$tmp/err"; return 1; }
}

err_has() { grep -q -- "$1" "$tmp/err" || { echo "(no '$1')" >>"$tmp/err"; return 1; }; }

# ---------------------------------------------------------------------------
# Frames

# run_frames ARG...: "--" between options of relay and arguments of frames
run_frames() {
	local options=()
	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	"$relay" --directory "$(mktemp -d "$tmp/vthost.frames.XXXXXX")" \
		"${options[@]}" -- "$frames" "${@:2}" </dev/null
}

frame_cases='
good 3 .			noise 3 .
zero 0 .			high 123 exited.with.200
died 123 SIGSEGV		fail 126 no.such.thing
missing 126 out.of.sequence	repeated 126 out.of.sequence
stray 126 belong.to.no.frame	too-long 126 longer.than
cut 126 without.a.result	no-exit 126 without.a.result
no-hello 126 without.a.result	version 126 another.version
after-exit 126 more.after	half-after-exit 126 half.a.frame
unknown 126 unknown.type	acknowledged 126 acknowledgment
file 126 nobody.asked		file-open 126 nobody.asked
'

test_frames() {
	local words status at=0
	read -r -d '' -a words <<<"$frame_cases" || true
	for ((i = 0; i < ${#words[@]}; i += 3)); do
		status=0
		{ expect "${words[i + 1]}" run_frames -- "${words[i]}" &&
			{ [[ ${words[i + 2]} == . ]] || err_has "${words[i + 2]}"; }; } || status=1
		(exit $status) && true
		result "frames: ${words[i]} gives ${words[i + 1]}"
	done

	expect 3 run_frames -- good && [[ $(<"$tmp/out") == out && $(<"$tmp/err") == err ]] && true
	result "frames: stdout and stderr stay apart"

	status=0
	while "$frames" flip $at >/dev/null; do
		expect 126 run_frames -- flip $at || { status=1; break; }
		at=$((at + 1))
	done
	((status == 0 && at > 80)) && true
	result "frames: a wrong bit in any one of $at bytes gives 126"

	expect 0 run_frames --get "$tmp/file" -- file && [[ $(<"$tmp/file") == contents ]] && true
	result "frames: a file comes back"
	expect 126 run_frames --get "$tmp/file" -- file-open && true
	result "frames: half a file gives 126"
	expect 126 run_frames --get "$tmp/file" -- zero && err_has 'all files' && true
	result "frames: a file that does not come gives 126"
	[[ -z $(echo "$tmp"/vthost.* "$tmp"/*.partial*) ]] && true
	result "frames: nothing is left behind"
}

# ---------------------------------------------------------------------------
# The box

box() { "$vthost" --no-module --timeout 120 "$@"; }

test_streams() {
	head -c 262144 /dev/urandom >"$tmp/in"
	# shellcheck disable=SC2016 # for the shell in the box
	expect 3 box --put /bin/bash --put "$tmp/in:/data/" --get "/tmp/got:$tmp/got" \
		--modprobe zram -- bash -c 'cat >/tmp/got; for i in 1 2 3 4; do cat /data/in; done
		grep -q "^zram " /proc/modules && echo "loaded $BASH_VERSION" >&2; exit 3' <"$tmp/in" && true
	result "box: runs a command with status 3"
	cmp -s "$tmp/in" "$tmp/got" && true
	result "box: 256 KiB of stdin arrive, and come back with --get"
	cat "$tmp"/in{,,,} | cmp -s - "$tmp/out" && true
	result "box: 1 MiB of binary stdout arrives"
	err_has "^loaded $BASH_VERSION" && true
	result "box: stderr stays apart, --put brings libraries, --modprobe loads zram"
}

test_terminal() {
	expect 5 script -qec "$(printf '%q ' "$vthost") --no-module -- sh -c 'stty -F /dev/tty rows 7; tty; exit 5'" \
		/dev/null </dev/null && grep -aq '/dev/pts/0' "$tmp/out" && true
	result "box: the command has a terminal where vthost has one"
}

test_endings() {
	local module
	# shellcheck disable=SC2016 # for the shell in the box
	expect 123 box -- sh -c 'kill -SEGV $$' && err_has SIGSEGV && true
	result "box: death by a signal gives 123"
	expect 124 "$vthost" --no-module --timeout 8 -- sleep 100000 && err_has 'wall time' && true
	result "box: a time-out gives 124"
	expect 125 box -- sh -c 'echo c >/proc/sysrq-trigger' && err_has 'kernel panicked' && true
	result "box: a panic gives 125"
	expect 125 box -- sh -c 'echo b >/proc/sysrq-trigger' && err_has 'was reset' && true
	result "box: an emergency reset gives 125"
	gcc -static -o "$tmp/reset" -x c - <<<'
		#include <sys/io.h>
		int main(void) { iopl(3); outb(2, 0xcf9); outb(6, 0xcf9); for (;;); }'
	expect 125 box --put "$tmp/reset" -- reset && err_has 'was reset' && true
	result "box: a reset through port 0xcf9 gives 125"
	expect 0 box -- reboot && err_has 'rebooted the box' && true
	result "box: a reboot that the command asks for gives 0"
	# shellcheck disable=SC2016 # for the shell in the box
	expect 5 box --allow-reboot -- sh -c '[ $VTHOST_BOOT = 2 ] && exit 5; reboot -f' && true
	result "box: --allow-reboot runs the command again"
	expect 126 box --get /none -- true && err_has '--get /none' && true
	result "box: a missing --get file gives 126"
	module=$("$here/prepare" kernel 6.1)/modules/kernel/arch/x86/kvm/kvm-intel.ko
	expect 126 env VTHOST_MODULE="$module" "$vthost" -- true &&
		err_has 'kernel: kvm_intel: Unknown symbol' && true
	result "box: a module that does not load gives 126 and the kernel's reason"
}

test_signals() {
	local signal pid emulator status
	for signal in INT TERM HUP KILL; do
		# as a job of its own: else the shell has it ignore SIGINT
		(trap - INT; exec setsid "$vthost" --no-module -- sleep 100000) >/dev/null 2>"$tmp/err" </dev/null &
		pid=$!
		sleep 6
		emulator=$(ps -o pid= --ppid "$pid" | tr -d ' ')
		kill -s "$signal" "$pid" && [[ $emulator ]] && status=0 || status=1
		wait "$pid" 2>/dev/null || true
		sleep 0.3
		[[ $(ps -o stat= -p "$emulator") != [!Z]* ]] || status=1
		[[ $signal == KILL || -z $(echo "$tmp"/vthost.*) ]] || status=1
		(exit $status) && true
		result "box: SIG$signal ends vthost and the emulator"
	done
	expect 0 box -- true && [[ -z $(echo "$tmp"/vthost.*) ]] && true
	result "box: the next run sweeps up after SIGKILL"
}

test_frames
if [[ ${1-} != frames ]]; then
	test_streams
	test_terminal
	test_endings
	test_signals
fi
echo "1..$count"
((failed == 0))
