// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest-physical mappings (SDM Vol. 3, 29.4.1) that a CPU may have cached.
 *
 * Each successful EPT walk leaves ghosts, in the CPU that walked, tagged with
 * EP4TA (bits 51:12 of EPTP):
 *
 *	PML4E  PDPTE  PDE	which table follows, and the rights down to here
 *				(a paging-structure cache)
 *	leaf			which frame, and the rights of the whole walk
 *
 * A ghost stands until INVEPT of its EP4TA or of all, or until an EPT violation
 * at an address that it translates (29.4.3.1).  Nothing else removes it: not VM
 * entry or exit, not MOV CR3, not INVVPID, not VMXOFF.
 *
 * Bochs has none of these: it walks the tables anew, at the latest at the first
 * use of a page after each VM entry.  There the walk is compared with the ghosts
 * of its address.  The run stops where silicon, using the ghost, would do what
 * the tables forbid:
 *
 *	a leaf allows this access, and the tables do not, or lead elsewhere
 *	a table follows that the tables do not lead to any more
 *	the rights of a table entry allow this access, those in memory do not
 *
 * More rights than before are no harm: silicon takes an EPT violation too many.
 * So are accessed and dirty flags and another page size with the same result.
 * While the CPU that changed the entry is at work (table_writes.cc), nothing is
 * said and the ghost stays.
 */
#include "bochs.h"
#include "cpu.h"
#include "strict.h"

#include <unordered_map>

enum { PTE, PDE, PDPTE, PML4E, LEVELS };

static const char *const level_name[LEVELS] = { "PTE", "PDE", "PDPTE", "PML4E" };

struct ghost {
	Bit64u target;		/* frame, or the next table */
	Bit32u rights;		/* of this entry and all above */
	Bit32u generation;	/* of its EP4TA: an older one has been flushed */
	bool leaf;
	Bit64u made_at;		/* RIP of the access that left it */
};

struct ept_context {
	Bit64u number;
	Bit32u generation;
};

struct cpu_ghosts {
	std::unordered_map<Bit64u, ept_context> contexts;	/* by EP4TA */
	std::unordered_map<Bit64u, ghost> ghosts;		/* by ghost_key() */
};

/* What the present tables say of one address. */
struct present {
	bool mapped;		/* down to a leaf */
	Bit64u frame;		/* of the 4 KiB page */
	Bit32u rights;
};

static struct cpu_ghosts cpus[BX_MAX_SMP_THREADS_SUPPORTED];
static const Bit32u RIGHTS = 0x407;
static const Bit64u FRAME = 0xffffffffff000ULL;
static const size_t MOST_GHOSTS = 1 << 20;

static Bit64u span(int level)
{
	return 1ULL << (12 + 9 * level);
}

static struct ept_context *context_of(struct cpu_ghosts *c, Bit64u ep4ta)
{
	auto found = c->contexts.find(ep4ta);

	if (found == c->contexts.end())
		found = c->contexts.insert({ ep4ta, { c->contexts.size(), 1 } }).first;
	return &found->second;
}

static Bit64u ghost_key(const struct ept_context *context, int level, Bit64u gpa)
{
	return context->number << 44 | (Bit64u)level << 40 | gpa / span(level);
}

static struct ghost *ghost_find(struct cpu_ghosts *c, const struct ept_context *context,
				int level, Bit64u gpa)
{
	auto found = c->ghosts.find(ghost_key(context, level, gpa));

	if (found == c->ghosts.end() || found->second.generation != context->generation)
		return NULL;
	return &found->second;
}

void ghost_gp_flush(unsigned cpu)
{
	cpus[cpu].ghosts.clear();
	cpus[cpu].contexts.clear();
}

void ghost_gp_flush_ept(unsigned cpu, Bit64u ep4ta)
{
	context_of(&cpus[cpu], ep4ta)->generation++;
}

/* Without mode-based execute control bit 10 is ignored: it goes with bit 2. */
static Bit32u rights_of(BX_CPU_C *cpu, Bit64u entry)
{
	Bit32u rights = entry & RIGHTS;

	if (!cpu->vmcs.vmexec_ctrls2.MBE_CTRL())
		rights &= 7;
	return rights;
}

static bool is_leaf(const struct strict_walk *walk)
{
	return walk->leaf == PTE || walk->entry[walk->leaf] & 0x80;
}

static struct present present_of(BX_CPU_C *cpu, Bit64u gpa, const struct strict_walk *walk)
{
	struct present now = { false, 0, RIGHTS };
	Bit64u inside = span(walk->leaf) - 1;

	for (int level = PML4E; level >= walk->leaf; level--)
		now.rights &= rights_of(cpu, walk->entry[level]);
	now.mapped = now.rights && walk->exit_reason != VMX_VMEXIT_EPT_MISCONFIGURATION &&
		     is_leaf(walk);
	if (!now.mapped)
		now.rights = 0;
	now.frame = ((walk->entry[walk->leaf] & FRAME & ~inside) | (gpa & inside)) & FRAME;
	return now;
}

/* Would this access through @old, at @level, end otherwise than by the present tables? */
static bool ghost_is_wrong(BX_CPU_C *cpu, const struct ghost *old, int level, Bit64u gpa,
			   const struct strict_walk *walk, const struct present *now)
{
	Bit32u rights = old->rights;

	if (old->leaf) {
		if ((walk->access & rights) != walk->access)
			return false;
		return !now->mapped || (walk->access & now->rights) != walk->access ||
		       ((old->target + (gpa & (span(level) - 1))) & FRAME) != now->frame;
	}
	/* The walk went through this level, to the same table? */
	if (walk->leaf >= level || (walk->entry[level] & FRAME) != old->target)
		return true;
	for (int below = level - 1; below >= walk->leaf; below--)
		rights &= rights_of(cpu, walk->entry[below]);
	return now->mapped && (walk->access & rights) == walk->access &&
	       (walk->access & now->rights) != walk->access;
}

[[noreturn]] static void stop(BX_CPU_C *cpu, const struct ghost *old, int level, Bit64u gpa,
			      const struct strict_walk *walk, const struct present *now,
			      const struct table_writer *writer)
{
	report("stale EPT translation: guest-physical address %#llx, access %#x "
	       "(1 read, 2 write, 4 execute)", (unsigned long long)gpa, walk->access);
	report("cached %s: %s %#llx, rights %#x, since RIP %#llx", level_name[level],
	       old->leaf ? "frame" : "table", (unsigned long long)old->target, old->rights,
	       (unsigned long long)old->made_at);
	if (now->mapped)
		report("the tables now: frame %#llx, rights %#x", (unsigned long long)now->frame,
		       now->rights);
	else
		report("the tables now: %s %#llx at %#llx", level_name[walk->leaf],
		       (unsigned long long)walk->entry[walk->leaf],
		       (unsigned long long)walk->addr[walk->leaf]);
	report_writer(writer);
	report_cpu(cpu);
	report("no INVEPT of this EPTP on this CPU came in between");
	report_stop();
}

/* Compares; returns the levels whose ghosts must stay as they are, as a mask. */
static unsigned check(BX_CPU_C *cpu, struct cpu_ghosts *c, const struct ept_context *context,
		      Bit64u gpa, const struct strict_walk *walk, const struct present *now)
{
	unsigned keep = 0;

	for (int level = PML4E; level >= PTE; level--) {
		struct ghost *old = ghost_find(c, context, level, gpa);
		const struct table_writer *writer;

		if (!old || !ghost_is_wrong(cpu, old, level, gpa, walk, now))
			continue;
		writer = table_last_writer(walk->addr + walk->leaf, LEVELS - walk->leaf);
		if (table_writer_is_done(writer))
			stop(cpu, old, level, gpa, walk, now, writer);
		keep |= 1 << level;
	}
	return keep;
}

static void remember(BX_CPU_C *cpu, struct cpu_ghosts *c, const struct ept_context *context,
		     Bit64u gpa, const struct strict_walk *walk, unsigned keep)
{
	Bit32u rights = RIGHTS;

	for (int level = PML4E; level >= walk->leaf; level--) {
		struct ghost *old = ghost_find(c, context, level, gpa);
		bool leaf = level == walk->leaf;
		Bit64u target = walk->entry[level] & FRAME;
		Bit32u cached;

		table_track(cpu, walk->addr[level]);
		if (leaf)
			target &= ~(span(level) - 1);
		rights &= rights_of(cpu, walk->entry[level]);
		if (keep & 1 << level)
			continue;
		/* The older one may be there still, and may allow what this one does not. */
		cached = old && old->leaf == leaf && old->target == target ?
			 rights | old->rights : rights;
		c->ghosts[ghost_key(context, level, gpa)] =
			{ target, cached, context->generation, leaf, cpu->prev_rip };
	}
}

/* To forget is no false alarm, only a missed one: better than to run out of memory. */
static void prune(struct cpu_ghosts *c)
{
	if (c->ghosts.size() > MOST_GHOSTS)
		c->ghosts.clear();
}

void strict_ept_walk(BX_CPU_C *cpu, Bit64u gpa, const struct strict_walk *walk)
{
	struct cpu_ghosts *c = &cpus[cpu->which_cpu()];
	const struct ept_context *context = context_of(c, ep4ta_of(cpu->vmcs.eptptr));
	struct present now = present_of(cpu, gpa, walk);
	unsigned keep = check(cpu, c, context, gpa, walk, &now);

	if (!walk->exit_reason) {
		prune(c);
		remember(cpu, c, context, gpa, walk, keep);
		return;
	}
	if (walk->exit_reason != VMX_VMEXIT_EPT_VIOLATION)
		return;
	for (int level = PTE; level < LEVELS; level++)
		if (!(keep & 1 << level))
			c->ghosts.erase(ghost_key(context, level, gpa));
	if (!keep && walk->laddr)
		ghost_combined_forget(cpu, *walk->laddr);
}
