#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does tally count right, and take nothing broken for a pass?

# shellcheck disable=SC2001 # sed edits the streams below more readably than the shell
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0

# expect NAME "P F S" <stream: the last line and the exit status of tally
expect() {
	local name=$1 status=0 want got
	read -r p f s <<<"$2"
	want="$p passed, $f failed, $s skipped"
	cat >"$tmp/stream"
	got=$("$here/tally" "$tmp/stream" | tail -n 1) || status=1
	n=$((n + 1))
	if [[ $got == "$want" && $status == $((f > 0 || p + s == 0)) ]]; then
		echo "ok $n $name"
	else
		echo "# want: $want; got: $got, status $status"
		echo "not ok $n $name"
	fi
}

good='TAP version 13
1..2
# selftests: api: test_a
# TAP version 13
# 1..2
# # Starting 2 tests from 1 test cases.
# ok 1 global.first
# ok 2 global.second
ok 1 selftests: api: test_a
# selftests: api: b.sh
ok 2 selftests: api: b.sh'

echo "TAP version 13"
echo "1..21"
expect "nested cases and a script" "3 0 0" <<<"$good"
expect "two streams of the runner" "6 0 0" <<<"$good"$'\n'"$good"
expect "carriage returns" "3 0 0" <<<"${good//$'\n'/$'\r\n'}"
expect "a program of its own" "2 0 0" <<<$'TAP version 13\n1..2\nok 1 a\nok 2 b'
expect "version 14" "1 0 0" <<<$'TAP version 14\n1..1\nok 1 a'
expect "failed case, explained verdict" "2 1 0" <<<"$(sed -e 's/# ok 2/# not ok 2/' \
	-e 's/^ok 1 .*/not ok 1 selftests: api: test_a # exit=1/' <<<"$good")"
expect "failed case, passing verdict" "2 1 0" <<<"$(sed "s/# ok 2/# not ok 2/" <<<"$good")"
expect "all cases pass, the program does not" "3 1 0" <<<"$(sed \
	's/^ok 1 .*/not ok 1 selftests: api: test_a # exit=139/' <<<"$good")"
expect "failed script" "2 1 0" <<<"$(sed 's/^ok 2/not ok 2/' <<<"$good")"
expect "skipped case" "2 0 1" <<<"${good/global.second/global.second # SKIP no}"
expect "skipped program" "1 0 1" <<<$'TAP version 13\n1..2
# TAP version 13\n# 1..0 # SKIP no /dev/vtx\nok 1 test_a # SKIP\nok 2 b'
expect "skipped stream" "0 0 1" <<<'TAP version 13
1..0 # SKIP no /dev/vtx'
expect "case missing inside" "2 1 0" <<<"$(grep -v '^# ok 2' <<<"$good")"
expect "case lost at the start" "2 2 0" <<<"$(grep -v '^# ok 1' <<<"$good")"
expect "cut off after a case" "1 4 0" <<<"$(head -n 7 <<<"$good")"
expect "cut off between programs" "2 1 0" <<<"$(head -n 9 <<<"$good")"
expect "plan too small" "3 1 0" <<<"$(sed "s/# 1..2/# 1..1/" <<<"$good")"
expect "no plan" "2 2 0" <<<"$(grep -v '^# 1\.\.2' <<<"$good" | grep -v '^# ok 2')"
expect "bail out" "3 1 0" <<<"$(sed '/^# ok 2/a # Bail out! no memory' <<<"$good")"
expect "nothing" "0 1 0" <<<''
expect "no TAP" "0 1 0" <<<'all is well'
