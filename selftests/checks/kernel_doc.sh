#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The interface is documented: kernel-doc has nothing to say of uapi/, and knows
# every struct and enum there; a member without a word is noticed.

set -euo pipefail

top=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../..")
cd "$top"
if [[ ${KSELFTEST_DIR-} ]]; then
	tools=$KSELFTEST_DIR/../../..
else
	tools=$(tools/vthost/prepare kernel-tools)
fi

kernel_doc() { perl "$tools/scripts/kernel-doc" "$@" 2>&1; }

# result NUMBER NAME TEXT: good when there is no text
result() {
	if [[ $3 ]]; then
		echo "# ${3//$'\n'/$'\n# '}"
		echo "not ok $1 $2"
	else
		echo "ok $1 $2"
	fi
}

undocumented() {
	local kind name
	sed -nE 's/^(struct|enum) (vtx_[a-z_]+) \{$/\1 \2/p' uapi/linux/*.h |
		while read -r kind name; do
			grep -q "^ \* $kind $name - " uapi/linux/*.h || echo "$kind $name"
		done
}

seeded=$(mktemp --suffix=.h)
trap 'rm -f "$seeded"' EXIT
printf '/**\n * struct s - a struct\n * @a: a member\n */\nstruct s {\n\tint a;\n\tint b;\n};\n' >"$seeded"

echo "TAP version 13"
echo "1..3"
result 1 "kernel-doc of uapi" "$(kernel_doc -none uapi/linux/*.h)"
result 2 "every struct and enum has one" "$(undocumented)"
if kernel_doc -none "$seeded" | grep -q "'b' not described"; then
	echo "ok 3 a member without a word is noticed"
else
	echo "not ok 3 a member without a word is noticed"
fi
