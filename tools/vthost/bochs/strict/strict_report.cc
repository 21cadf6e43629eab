// SPDX-License-Identifier: GPL-2.0-only
/*
 * The report goes to stderr, which vthost keeps as the emulator's log, and the
 * run is over: silicon would go on with memory that is not the guest's any more.
 */
#define NEED_CPU_REG_SHORTCUTS 1
#include "bochs.h"
#include "cpu.h"
#include "strict.h"

#include <unistd.h>

void report(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputs("strict: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
}

void report_cpu(BX_CPU_C *cpu)
{
	report("CPU %u, %s mode, CPL %u, RIP %#llx, CR3 %#llx", cpu->which_cpu(),
	       cpu->in_vmx_guest ? "guest" : "host",
	       cpu->sregs[BX_SEG_REG_CS].selector.rpl,
	       (unsigned long long)cpu->prev_rip, (unsigned long long)cpu->cr3);
	if (cpu->in_vmx_guest)
		report("VMCS %#llx, VPID %u, EPTP %#llx, VM entered from host RIP %#llx",
		       (unsigned long long)cpu->vmcsptr, cpu->vmcs.vpid,
		       (unsigned long long)cpu->vmcs.eptptr,
		       (unsigned long long)cpu->vmcs.host_state.rip);
}

void report_writer(const struct table_writer *writer)
{
	if (!writer->seq)
		report("changed by an unknown writer");
	else
		report("changed by CPU %u, %s mode, RIP %#llx: %#llx -> %#llx", writer->cpu,
		       writer->guest ? "guest" : "host", (unsigned long long)writer->rip,
		       (unsigned long long)writer->old_value,
		       (unsigned long long)writer->new_value);
}

void report_stop(void)
{
	fflush(NULL);
	_exit(1);
}

void forget_pointers(void)
{
	for (unsigned i = 0; i < BX_SMP_PROCESSORS; i++) {
		BX_CPU(i)->DTLB.flush();
		BX_CPU(i)->invalidate_stack_cache();
	}
}

bool strict_touch(BX_CPU_C *cpu, Bit64u laddr, Bit64u paddr, unsigned rw)
{
	vmcs_page_touched(cpu, laddr, paddr, rw);
	return table_is_tracked(paddr);
}

void strict_write(BX_CPU_C *cpu, Bit64u paddr, unsigned len, const void *data)
{
	if (table_is_tracked(paddr))
		table_write(cpu, paddr, len, data);
}

/* SDM Vol. 3, 10.1.1: INIT empties the TLBs; what it does to VMX operation ends it. */
void strict_reset(BX_CPU_C *cpu)
{
	vmcs_forget_cpu(cpu);
	ghost_gp_flush(cpu->which_cpu());
	ghost_combined_flush(cpu->which_cpu());
}

/*
 * INVEPT invalidates guest-physical and combined mappings: type 1 those of one
 * EP4TA for all VPIDs and PCIDs, type 2 all (SDM Vol. 3, 29.4.3.1).
 */
void strict_invept(BX_CPU_C *cpu, unsigned type, Bit64u eptp)
{
	unsigned n = cpu->which_cpu();

	if (type == 1) {
		ghost_gp_flush_ept(n, ep4ta_of(eptp));
		ghost_combined_flush_ept(n, ep4ta_of(eptp));
	} else {
		ghost_gp_flush(n);
		ghost_combined_flush(n);
	}
}
