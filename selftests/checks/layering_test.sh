#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does layering.sh catch what it forbids?  Each violation is planted alone, in a
# small tree made for it.

set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0

# A tree in which everything is allowed
plant_good() {
	rm -rf "$tmp/kmod"
	mkdir -p "$tmp"/kmod/{hw,host,vm,vmcs,mem,irq,run,obs,api}
	echo '#include <linux/types.h>' >"$tmp/kmod/hw/vmx.h"
	printf '#include "hw/vmx.h"\n#include "mem_priv.h"\n' >"$tmp/kmod/mem/ept.c"
	echo '#include "../mem/ept.h"' >"$tmp/kmod/irq/lapic.c"
	echo '#include "run/vcpu.h"' >"$tmp/kmod/api/main.c"
	echo '#ifdef VTX_HAVE_THIS' >"$tmp/kmod/host/compat.h"
}

# expect NAME STATUS FILE LINE: with LINE in FILE the check says STATUS
expect() {
	local got=ok
	plant_good
	[[ -z $3 ]] || echo "$4" >>"$tmp/kmod/$3"
	[[ $("$here/layering.sh" "$tmp") != *"not ok"* ]] || got=caught
	n=$((n + 1))
	if [[ $got == "$2" ]]; then
		echo "ok $n $1"
	else
		echo "not ok $n $1: $got"
	fi
}

echo "TAP version 13"
echo "1..14"
expect "a good tree" ok '' ''
expect "a layer looks up" caught hw/vmx.h '#include "host/caps.h"'
expect "by a relative path" caught vm/bus.c '#include "../run/vcpu.h"'
expect "with blanks" caught vm/bus.c ' #  include  "api/fd.h"'
expect "vmcs sees mem" caught vmcs/fields.c '#include "mem/ept.h"'
expect "mem sees vmcs" caught mem/ept.c '#include "vmcs/fields.h"'
expect "another layer's private header" caught run/loop.c '#include "irq/lapic_priv.h"'
expect "its own private header" ok irq/lapic.c '#include "lapic_priv.h"'
expect "a folder that is no layer" caught misc.c 'int misc;'
expect "an unknown folder" caught run/loop.c '#include "util/list.h"'
expect "by <>" caught run/loop.c '#include <../api/fd.h>'
expect "LINUX_VERSION_CODE" caught run/loop.c '#if LINUX_VERSION_CODE > 1'
expect "a probe's result" caught host/vmx.c '#ifdef VTX_HAVE_SYSCORE'
expect "a word that only looks like one" ok run/loop.c 'int MY_VTX_HAVE_NOTHING;'
