// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who holds a VMCS (SDM Vol. 3, 25.1 and 25.11).  A CPU may keep any part of an
 * active VMCS in itself, and write it to memory at any time:
 *
 *	          VMCLEAR            VMPTRLD
 *	unknown ----------> clear -----------> active on this CPU
 *	   ^                  |  <-----------        |
 *	   '---- a write -----'      VMCLEAR         '--> stop: VMPTRLD or VMCLEAR on
 *	                                                  another CPU; VMXOFF; any
 *	                                                  access to the page
 *
 * The run stops where silicon would mix up or lose what the VMCS holds, and on
 * VMLAUNCH and VMRESUME of a VMCS in the wrong state, which fail on silicon: a
 * hypervisor that keeps its books has no use for either.  Ordinary accesses are
 * those by linear address, a guest's too: memory of an active VMCS that was
 * freed shows by its next use.  The VMXON region is held from VMXON to VMXOFF.
 */
#include "bochs.h"
#include "cpu.h"
#include "strict.h"

#include <unordered_map>

enum region_state { REGION_CLEAR, REGION_ACTIVE, REGION_VMXON };

struct region {
	region_state state;
	unsigned cpu;		/* of an active VMCS, or a VMXON region */
	bool cleared;		/* VMCLEAR came before VMPTRLD */
	Bit64u number;
};

static std::unordered_map<Bit64u, region> regions;
static Bit64u last_number;

[[noreturn]] static void stop(BX_CPU_C *cpu, Bit64u addr, const region *r, const char *what)
{
	report("%s: %#llx, %s CPU %u", what, (unsigned long long)addr,
	       r->state == REGION_VMXON ? "VMXON region of" :
	       r->state == REGION_ACTIVE ? "active on" : "clear, last active on", r->cpu);
	report_cpu(cpu);
	report_stop();
}

static region *region_find(Bit64u addr)
{
	auto found = regions.find(addr);

	return found == regions.end() ? NULL : &found->second;
}

/* A new region: pages of it that are in some CPU's reach get out of it. */
static region *region_get(Bit64u addr)
{
	region *r = region_find(addr);

	if (r)
		return r;
	forget_pointers();
	r = &regions[addr];
	*r = { REGION_CLEAR, 0, false, ++last_number };
	return r;
}

Bit64u vmcs_number(Bit64u addr)
{
	region *r = region_find(addr);

	return r ? r->number : 0;
}

void strict_vmxon(BX_CPU_C *cpu, Bit64u addr)
{
	region *r = region_find(addr);

	if (r && r->state != REGION_CLEAR)
		stop(cpu, addr, r, "VMXON with a region in use");
	r = region_get(addr);
	r->state = REGION_VMXON;
	r->cpu = cpu->which_cpu();
}

void strict_vmxoff(BX_CPU_C *cpu)
{
	for (auto i = regions.begin(); i != regions.end();) {
		region *r = &i->second;

		if (r->cpu == cpu->which_cpu() && r->state == REGION_ACTIVE)
			stop(cpu, i->first, r, "VMXOFF without VMCLEAR of a VMCS");
		if (r->cpu == cpu->which_cpu() && r->state == REGION_VMXON)
			i = regions.erase(i);
		else
			i++;
	}
}

void strict_vmclear(BX_CPU_C *cpu, Bit64u addr)
{
	region *r = region_get(addr);

	if (r->state == REGION_VMXON ||
	    (r->state == REGION_ACTIVE && r->cpu != cpu->which_cpu()))
		stop(cpu, addr, r, "VMCLEAR of a region that another CPU holds");
	r->state = REGION_CLEAR;
	r->cpu = cpu->which_cpu();
	r->cleared = true;
}

void strict_vmptrld(BX_CPU_C *cpu, Bit64u addr)
{
	region *r = region_get(addr);

	if (r->state == REGION_VMXON ||
	    (r->state == REGION_ACTIVE && r->cpu != cpu->which_cpu()))
		stop(cpu, addr, r, "VMPTRLD of a region that another CPU holds");
	if (r->state == REGION_CLEAR)
		forget_pointers();
	r->state = REGION_ACTIVE;
	r->cpu = cpu->which_cpu();
}

void strict_vmlaunch(BX_CPU_C *cpu, bool launch, bool launched)
{
	region *r = region_find(cpu->vmcsptr);

	if (launch && !r->cleared)
		stop(cpu, cpu->vmcsptr, r, "VMLAUNCH of a VMCS that never saw VMCLEAR");
	if (launch && launched)
		stop(cpu, cpu->vmcsptr, r, "VMLAUNCH of a VMCS that is not clear");
	if (!launch && !launched)
		stop(cpu, cpu->vmcsptr, r, "VMRESUME of a VMCS that is not launched");
}

/* A clear VMCS may be read (it is in nobody's reach), and by a write it is memory again. */
void vmcs_page_touched(BX_CPU_C *cpu, Bit64u laddr, Bit64u paddr, unsigned rw)
{
	region *r = region_find(page_of(paddr));

	if (!r)
		return;
	if (r->state == REGION_CLEAR) {
		if (rw & 1)
			regions.erase(page_of(paddr));
		return;
	}
	report("%s by linear address %#llx", rw & 1 ? "write" : rw & 2 ? "fetch" : "read",
	       (unsigned long long)laddr);
	stop(cpu, paddr, r, "ordinary access to a region in use");
}

void vmcs_forget_cpu(BX_CPU_C *cpu)
{
	for (auto i = regions.begin(); i != regions.end();)
		if (i->second.cpu == cpu->which_cpu() && i->second.state != REGION_CLEAR)
			i = regions.erase(i);
		else
			i++;
}
