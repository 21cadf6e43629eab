// SPDX-License-Identifier: GPL-2.0-only
/*
 * Combined mappings (SDM Vol. 3, 29.4.1): linear address to host frame, tagged
 * with VPID, PCID and EP4TA, that a CPU may have cached.
 *
 * Two parties may leave one stale, and only the hypervisor's part is judged: a
 * guest kernel may flush late, and does.  So a ghost remembers on the way from
 * linear address to frame the guest-physical page between, and:
 *
 *	the same VMCS		does EPT still map that guest-physical page so?  If
 *				not, INVEPT is missing (INVVPID would do as well
 *				here, but not for the guest-physical ghost).
 *	the same VMCS, and CR3	the guest's own MOV CR3 would have flushed: the
 *	is another		hypervisor changed CR3 (judged without PCIDs only,
 *				and not for global pages).
 *	another VMCS		VPID was given to another vCPU: the address must lead
 *				to the same guest-physical page, else INVVPID is
 *				missing.
 *
 * Invalidations, by SDM Vol. 3, 29.4.3.1: INVEPT, INVVPID of the four types, VM
 * entry and exit without VPID; in the guest MOV CR3, INVLPG, INVPCID, changes of
 * the paging mode, a page fault at the address.  Where a CPU may drop more than
 * it must, ghosts are dropped by the 2 MiB region or by the whole tag: that
 * misses some alarms and invents none.
 *
 * Linear mappings (no EPT, and root mode) are not looked at.
 */
#include "bochs.h"
#include "cpu.h"
#include "memory/memory-bochs.h"
#include "strict.h"

#include <unordered_map>
#include <vector>

enum { USER = 4, GLOBAL = 0x100 };	/* of Bochs' combined_access */

struct ghost {
	Bit64u gpa, hpa;	/* page frames */
	Bit64u vmcs, cr3;	/* who left it: number of the VMCS, root of its tables */
	Bit64u rip;
	Bit32u access;		/* of EPT, that went through it: 1 read, 2 write, 4 execute */
	Bit32u rights;		/* of the guest's tables */
	Bit32u flushes, nonglobal_flushes, region_flushes;
};

/* Flushes count up a number: a ghost with an older one is gone. */
struct tag {
	unsigned vpid, pcid;
	Bit64u ep4ta;
	Bit32u flushes, nonglobal_flushes;
	std::unordered_map<Bit64u, Bit32u> region_flushes;	/* by laddr >> 21 */
	std::unordered_map<Bit64u, ghost> ghosts;		/* by laddr >> 12 */
};

static std::vector<tag> tags[BX_MAX_SMP_THREADS_SUPPORTED];
static const size_t MOST_GHOSTS = 1 << 18;		/* of a tag */

static unsigned vpid_of(BX_CPU_C *cpu)
{
	return cpu->vmcs.vmexec_ctrls2.VPID_ENABLE() ? cpu->vmcs.vpid : 0;
}

static unsigned pcid_of(BX_CPU_C *cpu)
{
	return cpu->cr4.get_PCIDE() ? cpu->cr3 & 0xfff : 0;
}

static struct tag *tag_of(BX_CPU_C *cpu)
{
	unsigned vpid = vpid_of(cpu), pcid = pcid_of(cpu);
	std::vector<tag> &all = tags[cpu->which_cpu()];
	Bit64u ep4ta = ep4ta_of(cpu->vmcs.eptptr);

	for (auto &t : all)
		if (t.vpid == vpid && t.pcid == pcid && t.ep4ta == ep4ta)
			return &t;
	all.push_back({ vpid, pcid, ep4ta, 1, 1, {}, {} });
	return &all.back();
}

static struct ghost *ghost_find(struct tag *t, Bit64u laddr)
{
	auto found = t->ghosts.find(laddr >> 12);
	struct ghost *g;

	if (found == t->ghosts.end())
		return NULL;
	g = &found->second;
	if (g->flushes != t->flushes || g->region_flushes != t->region_flushes[laddr >> 21] ||
	    (!(g->rights & GLOBAL) && g->nonglobal_flushes != t->nonglobal_flushes))
		return NULL;
	return g;
}

/* ---- Invalidations ---------------------------------------------------------- */

void ghost_combined_flush(unsigned cpu)
{
	tags[cpu].clear();
}

void ghost_combined_flush_ept(unsigned cpu, Bit64u ep4ta)
{
	for (auto &t : tags[cpu])
		if (t.ep4ta == ep4ta)
			t.flushes++;
}

enum scope { ADDRESS, EVERYTHING, NONGLOBAL };

/* What of @vpid (and of @pcid unless that is -1) for all EP4TAs? */
static void flush(BX_CPU_C *cpu, unsigned vpid, int pcid, enum scope scope, Bit64u laddr)
{
	for (auto &t : tags[cpu->which_cpu()]) {
		if (t.vpid != vpid || (pcid >= 0 && t.pcid != (unsigned)pcid))
			continue;
		if (scope == ADDRESS)
			t.region_flushes[laddr >> 21]++;
		else if (scope == EVERYTHING)
			t.flushes++;
		else
			t.nonglobal_flushes++;
	}
}

void strict_invvpid(BX_CPU_C *cpu, unsigned type, unsigned vpid, Bit64u laddr)
{
	static const enum scope scopes[] = { ADDRESS, EVERYTHING, EVERYTHING, NONGLOBAL };

	if (type != 2) {
		flush(cpu, vpid, -1, scopes[type], laddr);
		return;
	}
	for (auto &t : tags[cpu->which_cpu()])
		if (t.vpid)
			t.flushes++;
}

/* Types 0 to 3: an address, a PCID, all with globals, all without. */
void strict_invpcid(BX_CPU_C *cpu, unsigned type, unsigned pcid, Bit64u laddr)
{
	static const enum scope scopes[] = { ADDRESS, NONGLOBAL, EVERYTHING, NONGLOBAL };

	if (cpu->in_vmx_guest)
		flush(cpu, vpid_of(cpu), type < 2 ? (int)pcid : -1, scopes[type], laddr);
}

/* Of all PCIDs: global pages go whatever theirs is. */
void strict_invlpg(BX_CPU_C *cpu, Bit64u laddr)
{
	if (cpu->in_vmx_guest)
		flush(cpu, vpid_of(cpu), -1, ADDRESS, laddr);
}

/* CR3 has its new value.  @keep: bit 63 of the operand was set, with CR4.PCIDE. */
void strict_mov_cr3(BX_CPU_C *cpu, bool keep)
{
	if (cpu->in_vmx_guest && !keep)
		flush(cpu, vpid_of(cpu), pcid_of(cpu), NONGLOBAL, 0);
}

void strict_paging_mode(BX_CPU_C *cpu)
{
	if (cpu->in_vmx_guest)
		flush(cpu, vpid_of(cpu), -1, EVERYTHING, 0);
}

/* Without VPID, entry and exit flush what is tagged with VPID 0; guest-physical stays. */
void strict_vm_entry(BX_CPU_C *cpu)
{
	strict_left_kernel(cpu);
	if (!vpid_of(cpu))
		flush(cpu, 0, -1, EVERYTHING, 0);
}

void strict_vm_exit(BX_CPU_C *cpu)
{
	if (!vpid_of(cpu))
		flush(cpu, 0, -1, EVERYTHING, 0);
}

/* ---- Uses -------------------------------------------------------------------- */

/* What EPT says of @gpa now, without a trace: the frame, or all ones. */
static Bit64u ept_peek(BX_CPU_C *cpu, Bit64u gpa, Bit32u access, Bit64u addr[4], int *leaf)
{
	Bit64u table = ep4ta_of(cpu->vmcs.eptptr), entry;

	for (*leaf = 3;; (*leaf)--) {
		unsigned shift = 12 + 9 * *leaf;
		Bit64u inside = (1ULL << shift) - 1;

		addr[*leaf] = table + (gpa >> shift & 511) * 8;
		BX_MEM(0)->readPhysicalPage(cpu, addr[*leaf], 8, &entry);
		if ((entry & access) != access)
			return ~(Bit64u)0;
		if (*leaf == 0 || entry & 0x80)
			return page_of((entry & 0xffffffffff000ULL & ~inside) | (gpa & inside));
		table = entry & 0xffffffffff000ULL;
	}
}

[[noreturn]] static void stop(BX_CPU_C *cpu, Bit64u laddr, const struct ghost *old, Bit64u gpa,
			      Bit64u hpa, const char *remedy)
{
	report("stale combined translation: linear address %#llx, VPID %u, PCID %u",
	       (unsigned long long)laddr, vpid_of(cpu), pcid_of(cpu));
	report("cached: guest-physical %#llx, frame %#llx, left by VMCS number %llu at RIP %#llx",
	       (unsigned long long)old->gpa, (unsigned long long)old->hpa,
	       (unsigned long long)old->vmcs, (unsigned long long)old->rip);
	report("now: guest-physical %#llx, frame %#llx, VMCS number %llu",
	       (unsigned long long)gpa, (unsigned long long)hpa,
	       (unsigned long long)vmcs_number(cpu->vmcsptr));
	report_cpu(cpu);
	report("%s", remedy);
	report_stop();
}

/* Does EPT still give the ghost's guest-physical page the ghost's frame? */
static bool check_ept(BX_CPU_C *cpu, Bit64u laddr, const struct ghost *old, Bit32u access)
{
	const struct table_writer *writer;
	Bit64u addr[4], hpa;
	int leaf;

	if ((access & old->access) != access)
		return true;
	hpa = ept_peek(cpu, old->gpa, access, addr, &leaf);
	if (hpa == old->hpa)
		return true;
	writer = table_last_writer(addr + leaf, 4 - leaf);
	if (!table_writer_is_done(writer))
		return false;
	report_writer(writer);
	stop(cpu, laddr, old, old->gpa, hpa, "EPT changed, and no INVEPT on this CPU came after");
}

static bool other_cr3(BX_CPU_C *cpu, const struct ghost *old)
{
	return !(old->rights & GLOBAL) && !cpu->cr4.get_PCIDE() && old->cr3 != page_of(cpu->cr3);
}

/* What the hypervisor should have flushed: NULL, or what it did not do. */
static const char *foreign(BX_CPU_C *cpu, const struct ghost *old)
{
	if (old->vmcs != vmcs_number(cpu->vmcsptr))
		return "this VPID was another vCPU's, and no INVVPID on this CPU came in between";
	if (other_cr3(cpu, old))
		return "the hypervisor changed CR3, and no INVVPID on this CPU came after";
	return NULL;
}

/* True: the ghost may be replaced by what was found now. */
static bool check(BX_CPU_C *cpu, Bit64u laddr, const struct ghost *old, Bit64u gpa, Bit64u hpa,
		  Bit32u access)
{
	const char *why = foreign(cpu, old);

	if ((access & old->access) != access)
		return true;
	if (why && page_of(gpa) != old->gpa)
		stop(cpu, laddr, old, gpa, hpa, why);
	return check_ept(cpu, laddr, old, access);
}

static Bit32u access_of(unsigned rw)
{
	return (rw & 3) == BX_EXECUTE ? 4 : (rw & 1) ? 2 : 1;
}

void strict_combined(BX_CPU_C *cpu, Bit64u laddr, Bit64u gpa, Bit64u hpa, Bit32u rights,
		     unsigned rw)
{
	struct tag *t = tag_of(cpu);
	struct ghost *old = ghost_find(t, laddr);
	Bit32u access = access_of(rw), seen = access;

	if (old && !check(cpu, laddr, old, gpa, hpa, access))
		return;
	if (old && old->gpa == page_of(gpa) && old->hpa == page_of(hpa))
		seen |= old->access;
	if (t->ghosts.size() > MOST_GHOSTS)
		t->ghosts.clear();
	t->ghosts[laddr >> 12] = {
		page_of(gpa), page_of(hpa), vmcs_number(cpu->vmcsptr), page_of(cpu->cr3),
		cpu->prev_rip, seen, rights, t->flushes, t->nonglobal_flushes,
		t->region_flushes[laddr >> 21],
	};
}

/* The tables give no translation, or not for this access: would the ghost of others? */
void strict_page_fault(BX_CPU_C *cpu, Bit64u laddr, unsigned user, unsigned rw)
{
	Bit32u access = access_of(rw);
	struct ghost *old;
	const char *why;
	struct tag *t;

	if (!cpu->in_vmx_guest || !cpu->vmcs.vmexec_ctrls2.EPT_ENABLE())
		return;
	t = tag_of(cpu);
	old = ghost_find(t, laddr);
	if (!old)
		return;
	why = foreign(cpu, old);
	if (why && (access & old->access) == access && (!user || old->rights & USER))
		stop(cpu, laddr, old, ~(Bit64u)0, ~(Bit64u)0, why);
	t->ghosts.erase(laddr >> 12);
}

/*
 * An EPT violation drops the mapping of its linear address, too.  Not so a foreign
 * one: silicon would have used it, and not walked the tables that the violation is
 * about.
 */
void ghost_combined_forget(BX_CPU_C *cpu, Bit64u laddr)
{
	struct tag *t = tag_of(cpu);
	struct ghost *old = ghost_find(t, laddr);

	if (old && !foreign(cpu, old))
		t->ghosts.erase(laddr >> 12);
}
