#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# layering.sh [TOP]: does the module keep to its layers?
#
# - a file of kmod/LAYER/ includes only its own layer's files and those of the
#   layers below it in $layers; layers of one rank do not see each other;
# - NAME_priv.h is included from its own layer alone;
# - what differs between kernel versions stays in kmod/host/compat.h and Kbuild.

set -euo pipefail

top=${1:-$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..}
layers='hw=0 host=1 vm=2 vmcs=3 mem=3 irq=4 run=5 obs=6 api=7'

# shellcheck disable=SC2016 # awk's dollars
includes='
BEGIN {
	n = split(layers, pairs)
	for (i = 1; i <= n; i++) {
		split(pairs[i], pair, "=")
		rank[pair[1]] = pair[2]
	}
}

# kmod/LAYER/FILE, as the paths are given relative to the top
FNR == 1 {
	split(FILENAME, part, "/")
	own = part[2]
	if (!(own in rank))
		complain("kmod/" own " is no layer")
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, quoted, "\"")
	check(quoted[2])
}

/^[ \t]*#[ \t]*include[ \t]*<(\.\.|kmod)\// {
	complain("includes a file of the module by <>")
}

function check(path,	layer)
{
	sub(/^\.\.\//, "", path)
	layer = own
	if (path ~ /\//) {
		layer = path
		sub(/\/.*/, "", layer)
	}
	if (!(layer in rank))
		complain("includes " path ", which is in no layer")
	else if (layer != own && rank[layer] >= rank[own])
		complain("includes " path ": " own " may not see " layer)
	else if (layer != own && path ~ /_priv\.h$/)
		complain("includes " path ", private to " layer)
}

function complain(text)
{
	print FILENAME ":" FNR ": " text
}'

check_includes() {
	awk -v layers="$layers" "$includes" "${files[@]}"
}

check_versions() {
	grep -nE '\<(LINUX_VERSION_CODE|KERNEL_VERSION|UTS_RELEASE|VTX_HAVE_[A-Z0-9_]*)\>' \
		"${files[@]}" | grep -v '^kmod/host/compat\.h:' | sed 's/$/: not in compat.h/'
}

# report NUMBER NAME FINDINGS
report() {
	if [[ -z $3 ]]; then
		echo "ok $1 $2"
	else
		echo "# ${3//$'\n'/$'\n# '}"
		echo "not ok $1 $2"
	fi
}

cd "$top"
mapfile -t files < <(find kmod/ -name '*.[chS]' | sort)

echo "TAP version 13"
echo "1..3"
report 1 "there are files to look at" "$( ((${#files[@]})) || echo 'no source in kmod/')"
((${#files[@]})) || files=(/dev/null)
report 2 "each file includes only what its layer may see" "$(check_includes)"
report 3 "kernel versions are known to compat.h alone" "$(check_versions || true)"
