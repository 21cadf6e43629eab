#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does klog catch each kind of report, and let a healthy log pass?  Each first line
# is planted alone in the log of a healthy run.

set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0

healthy='[    0.000000] Linux version 6.1.0-debug (vtx@vthost) #1 SMP PREEMPT
[    0.000000] Command line: nokaslr oops=panic kasan_multi_shot
[    0.051612] kasan: KernelAddressSanitizer initialized
[    0.310000] Lock dependency validator: Copyright (c) 2006 Red Hat, Inc., Ingo Molnar
[    1.200000] ACPI: bus type PCI registered
[    2.000000] vtx: loading out-of-tree module taints kernel.
[    2.100000] vtx: VMX operation is on on all CPUs (mode own)'

# expect ok|caught NAME LOG
expect() {
	local got=ok
	echo "$3" >"$tmp/log"
	"$here/klog" "$tmp/log" >"$tmp/out" || got=caught
	n=$((n + 1))
	if [[ $got == "$1" && $(tail -n 1 "$tmp/out") == *"ok 1 "* ]]; then
		echo "ok $n $2"
	else
		sed 's/^/# /' "$tmp/out"
		echo "not ok $n $2: $got"
	fi
}

reports=(
	'BUG: KASAN: use-after-free in vcpu_run+0x1/0x2 [vtx]'
	'BUG: KASAN: null-ptr-deref in vm_put+0x1/0x2 [vtx]'
	'BUG: sleeping function called from invalid context at mm/slab.h:420'
	'BUG: using smp_processor_id() in preemptible [00000000] code: a/1'
	'BUG: scheduling while atomic: a/1/0x00000002'
	'BUG: spinlock bad magic on CPU#0, a/1'
	'BUG: unable to handle page fault for address: ffffffffc0000000'
	'BUG: MAX_LOCKDEP_CHAIN_HLOCKS too low!'
	'BUG vtx_vcpu (Tainted: G O): Objects remaining in vtx_vcpu on shutdown'
	'kernel BUG at mm/slub.c:1!'
	'WARNING: CPU: 0 PID: 1 at kmod/run/loop.c:1 vcpu_run+0x1/0x2 [vtx]'
	'WARNING: possible circular locking dependency detected'
	'WARNING: possible recursive locking detected'
	'WARNING: inconsistent lock state'
	'WARNING: suspicious RCU usage'
	'WARNING: bad unlock balance detected!'
	'WARNING: lock held when returning to user space!'
	'INFO: trying to register non-static key.'
	'INFO: task a:1 blocked for more than 120 seconds.'
	'rcu: INFO: rcu_preempt self-detected stall on CPU'
	'UBSAN: array-index-out-of-bounds in kmod/hw/x.c:1:2'
	'UBSAN: shift-out-of-bounds in kmod/hw/x.c:1:2'
	'ODEBUG: free active (active state 0) object type: hrtimer hint: timer_fired [vtx]'
	'refcount_t: underflow; use-after-free.'
	'list_add corruption. next->prev should be prev'
	'list_del corruption, ffff888000000000->next is LIST_POISON1'
	'Oops: 0000 [#1] PREEMPT SMP KASAN'
	'general protection fault, probably for non-canonical address 0xdffffc0000000000'
	'Kernel panic - not syncing: Fatal exception'
	'watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [a:1]'
	'kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)'
	'unreferenced object 0xffff888000000000 (size 64):'
	'Call Trace:'
)

# The whole of a report is shown, and nothing of what follows it
shown() {
	printf '%s\n[ 3.0] %s\n[ 3.1] Call Trace:\n[ 3.2]  f+0x1/0x2\n[ 3.3]  </TASK>\n%s\n' \
		"$healthy" 'BUG: KASAN: use-after-free in f' '[ 4.0] all is well' >"$tmp/log"
	"$here/klog" "$tmp/log" >"$tmp/out" && return 1
	[[ $(grep '^# ' "$tmp/out") == *"</TASK>" && $(tail -n 1 "$tmp/out") == *"1 reports" ]]
}

echo "TAP version 13"
no_memory='[ 3.0] fail_nth: vmalloc error: size 4096, vm_struct allocation failed
[ 3.1] Call Trace:
[ 3.2]  vcpu_create+0x1/0x2 [vtx]
[ 3.3]  </TASK>'

echo "1..$((${#reports[@]} + 7))"
expect ok "a healthy log" "$healthy"
expect ok "with carriage returns" "${healthy//$'\n'/$'\r\n'}"
expect caught "a log without its beginning" "${healthy#*$'\n'}"
expect caught "no log" ''
expect ok "an allocation that fails" "$healthy"$'\n'"$no_memory"
expect caught "an allocation that fails, and a trace" "$healthy"$'\n'"$no_memory"$'\n'"${no_memory#*$'\n'}"
for report in "${reports[@]}"; do
	expect caught "${report%%[(+]*}" "$healthy"$'\n'"[    3.000000] $report"
done
n=$((n + 1))
if shown; then
	echo "ok $n a report is shown to its end"
else
	echo "not ok $n a report is shown to its end"
fi
