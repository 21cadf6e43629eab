/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The strict build: what silicon would do behind the back of a hypervisor that
 * forgot an invalidation or a VMCLEAR, and the emulator by itself would not.
 *
 *	vmcs_owner.cc		which CPU holds which VMCS; who touches its page
 *	ghost_tlb.cc		guest-physical mappings, tagged by EP4TA
 *	ghost_combined.cc	combined mappings, tagged by VPID, PCID and EP4TA
 *	table_writes.cc		who wrote an EPT entry last, and is that CPU done?
 *	strict_report.cc	the report that ends the run
 *
 * The patches of this folder call the functions named strict_* from the places
 * that their comments tell, and do nothing else.  All of it is one thread.
 */
#ifndef VTHOST_STRICT_H
#define VTHOST_STRICT_H

#include <stdarg.h>

class BX_CPU_C;

/* ---- Called by Bochs -------------------------------------------------------- */

/* This CPU was reset, or woken by INIT: its caches are empty and it holds no VMCS. */
void strict_reset(BX_CPU_C *cpu);

/* This CPU is in user mode now, or halts, with whatever it did in the kernel done. */
void strict_left_kernel(BX_CPU_C *cpu);

/* The end of a VM entry, and the begin of a VM exit. */
void strict_vm_entry(BX_CPU_C *cpu);
void strict_vm_exit(BX_CPU_C *cpu);

/* VMX instructions, after the checks that make them fail. */
void strict_vmxon(BX_CPU_C *cpu, Bit64u region);
void strict_vmxoff(BX_CPU_C *cpu);
void strict_vmclear(BX_CPU_C *cpu, Bit64u region);
void strict_vmptrld(BX_CPU_C *cpu, Bit64u region);
void strict_vmlaunch(BX_CPU_C *cpu, bool launch, bool launched);

/*
 * A page goes into Bochs' own TLB for an access by linear address (@rw as in
 * cpu.h).  Returns true where later writes must be seen by strict_write(): then
 * the TLB entry may have no pointer for direct access.
 */
bool strict_touch(BX_CPU_C *cpu, Bit64u laddr, Bit64u paddr, unsigned rw);

/* A write of @len bytes to physical memory that did not go by a direct pointer. */
void strict_write(BX_CPU_C *cpu, Bit64u paddr, unsigned len, const void *data);

/* What an EPT walk found: the entries of the levels 3 (PML4) down to @leaf. */
struct strict_walk {
	const Bit64u *addr;	/* where each entry is, by level */
	const Bit64u *entry;	/* and what was read there */
	int leaf;		/* the level at which the walk ended */
	Bit32u access;		/* of EPT: 1 read, 2 write, 4 execute, 0x400 execute by user */
	Bit32u exit_reason;	/* 0, or that of the VM exit that follows */
	const Bit64u *laddr;	/* NULL, or the linear address that it was for */
};

void strict_ept_walk(BX_CPU_C *cpu, Bit64u gpa, const struct strict_walk *walk);

/* A linear address was translated in non-root mode; @rights are Bochs' combined_access. */
void strict_combined(BX_CPU_C *cpu, Bit64u laddr, Bit64u gpa, Bit64u hpa, Bit32u rights,
		     unsigned rw);
void strict_page_fault(BX_CPU_C *cpu, Bit64u laddr, unsigned user, unsigned rw);

/* Invalidations (SDM Vol. 3, 29.4), the last four where they are executed by a guest. */
void strict_invept(BX_CPU_C *cpu, unsigned type, Bit64u eptp);
void strict_invvpid(BX_CPU_C *cpu, unsigned type, unsigned vpid, Bit64u laddr);
void strict_invpcid(BX_CPU_C *cpu, unsigned type, unsigned pcid, Bit64u laddr);
void strict_invlpg(BX_CPU_C *cpu, Bit64u laddr);
void strict_mov_cr3(BX_CPU_C *cpu, bool keep);
void strict_paging_mode(BX_CPU_C *cpu);

/* ---- Between the files of this folder ----------------------------------------- */

/* A VMCS since its page became one: pages are used again, numbers are not. 0: none. */
Bit64u vmcs_number(Bit64u region);
void vmcs_forget_cpu(BX_CPU_C *cpu);
void vmcs_page_touched(BX_CPU_C *cpu, Bit64u laddr, Bit64u paddr, unsigned rw);

void ghost_gp_flush(unsigned cpu);			/* all of them */
void ghost_gp_flush_ept(unsigned cpu, Bit64u ep4ta);
void ghost_combined_flush(unsigned cpu);
void ghost_combined_flush_ept(unsigned cpu, Bit64u ep4ta);
void ghost_combined_forget(BX_CPU_C *cpu, Bit64u laddr);

/* Is @paddr in a page that held EPT entries?  Pages become so by table_track(). */
bool table_is_tracked(Bit64u paddr);
void table_track(BX_CPU_C *cpu, Bit64u paddr);
void table_write(BX_CPU_C *cpu, Bit64u paddr, unsigned len, const void *data);

struct table_writer {
	Bit64u seq;		/* 0: never written while it was tracked */
	unsigned cpu;
	bool guest;
	Bit64u rip, old_value, new_value;
};

/* The last write among the @n entries at @addr; and may its CPU still be at work? */
const struct table_writer *table_last_writer(const Bit64u *addr, int n);
bool table_writer_is_done(const struct table_writer *writer);

/* No CPU may reach @paddr's page by a pointer that it took before. */
void forget_pointers(void);

/* One line of the report, begun by "strict: "; and its end, which ends the run. */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
void report_cpu(BX_CPU_C *cpu);
void report_writer(const struct table_writer *writer);
[[noreturn]] void report_stop(void);

static inline Bit64u page_of(Bit64u addr)
{
	return addr & ~(Bit64u)0xfff;
}

static inline Bit64u ep4ta_of(Bit64u eptp)
{
	return eptp & 0xffffffffff000ULL;
}

#endif /* VTHOST_STRICT_H */
