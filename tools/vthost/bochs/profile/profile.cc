// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks.  An interval of a CPU begins when Bochs takes a VM exit, and ends
 * when the CPU is seen in the guest again, or takes the next exit at once.
 *
 * Bochs' icount of a CPU is its instructions, with each turn of a REP: a tick of
 * its TSC but for the time that it sleeps.  What icount grows by from the start
 * of one instruction to that of the next is charged to the first, so that the
 * ticks of all addresses add up to those of the interval.  VMLAUNCH or VMRESUME
 * is the last instruction of an interval; the guest's instruction that exits is
 * not in it.
 */
#include "bochs.h"
#include "cpu.h"
#include "decoder/ia_opcodes.h"

bool profile_on;
static bool stopped;

static struct cpu {
	bool open;			/* between exit and entry */
	bool running;			/* an instruction was begun */
	uint64_t icount, address;	/* when and where that was */
	uint32_t chain;
	struct profile_interval interval;
} cpus[BX_MAX_SMP_THREADS_SUPPORTED];

enum {
	MSR_PRED_CMD		= 0x49,
	PRED_CMD_IBPB		= 1,
	MSR_X2APIC_ICR		= 0x830,
	MSR_X2APIC_SELF_IPI	= 0x83f,
	APIC_ICR_LOW		= 0xfee00300,
};

/* XCHG with memory locks the bus without a prefix */
enum { XCHG = PROFILE_COUNTERS };

static uint8_t counter_of[BX_IA_LAST];

static const struct {
	uint16_t opcode;
	uint8_t counter;
} opcodes[] = {
	{ BX_IA_VMREAD_EdGd, PROFILE_VMREAD },	{ BX_IA_VMREAD_EqGq, PROFILE_VMREAD },
	{ BX_IA_VMWRITE_GdEd, PROFILE_VMWRITE },	{ BX_IA_VMWRITE_GqEq, PROFILE_VMWRITE },
	{ BX_IA_VMPTRLD_Mq, PROFILE_VMPTRLD },	{ BX_IA_VMCLEAR_Mq, PROFILE_VMCLEAR },
	{ BX_IA_INVEPT, PROFILE_INVEPT },	{ BX_IA_INVVPID, PROFILE_INVVPID },
	{ BX_IA_RDMSR, PROFILE_RDMSR },		{ BX_IA_WRMSR, PROFILE_WRMSR },
	{ BX_IA_WRMSRNS, PROFILE_WRMSR },	{ BX_IA_VERW_Ew, PROFILE_VERW },
	{ BX_IA_FXSAVE, PROFILE_XSAVE },	{ BX_IA_XSAVE, PROFILE_XSAVE },
	{ BX_IA_XSAVEC, PROFILE_XSAVE },	{ BX_IA_XSAVEOPT, PROFILE_XSAVE },
	{ BX_IA_XSAVES, PROFILE_XSAVE },	{ BX_IA_FXRSTOR, PROFILE_XRSTOR },
	{ BX_IA_XRSTOR, PROFILE_XRSTOR },	{ BX_IA_XRSTORS, PROFILE_XRSTOR },
	{ BX_IA_XSETBV, PROFILE_XSETBV },
	{ BX_IA_MOV_RqCR0, PROFILE_READ_CR },	{ BX_IA_MOV_RqCR2, PROFILE_READ_CR },
	{ BX_IA_MOV_RqCR3, PROFILE_READ_CR },	{ BX_IA_MOV_RqCR4, PROFILE_READ_CR },
	{ BX_IA_MOV_CR0Rq, PROFILE_WRITE_CR },	{ BX_IA_MOV_CR2Rq, PROFILE_WRITE_CR },
	{ BX_IA_MOV_CR3Rq, PROFILE_WRITE_CR },	{ BX_IA_MOV_CR4Rq, PROFILE_WRITE_CR },
	{ BX_IA_CLTS, PROFILE_WRITE_CR },	{ BX_IA_LMSW_Ew, PROFILE_WRITE_CR },
	{ BX_IA_MOV_RqDq, PROFILE_READ_DR },	{ BX_IA_MOV_DqRq, PROFILE_WRITE_DR },
	{ BX_IA_INVLPG, PROFILE_INVLPG },	{ BX_IA_INVPCID, PROFILE_INVLPG },
	{ BX_IA_LGDT_Op64_Ms, PROFILE_LGDT },	{ BX_IA_LIDT_Op64_Ms, PROFILE_LIDT },
	{ BX_IA_LTR_Ew, PROFILE_LTR },		{ BX_IA_LLDT_Ew, PROFILE_LLDT },
	{ BX_IA_XCHG_EbGb, XCHG },		{ BX_IA_XCHG_EwGw, XCHG },
	{ BX_IA_XCHG_EdGd, XCHG },		{ BX_IA_XCHG_EqGq, XCHG },
};

void profile_initialize(unsigned int cpu)
{
	if (cpu)
		return;
	for (size_t i = 0; i < sizeof(opcodes) / sizeof(opcodes[0]); i++)
		counter_of[opcodes[i].opcode] = opcodes[i].counter;
	profile_write_at_exit();
}

/* Charge what icount grew by since the last instruction was begun */
static void charge(unsigned int cpu, uint64_t ticks)
{
	struct cpu *c = &cpus[cpu];

	if (!c->running)
		return;
	c->interval.ticks += ticks;
	profile_charge(cpu, c->chain, c->address, ticks);
}

/*
 * The entry is over.  Where it led to an exit at once, icount may not have the
 * tick of VMRESUME yet.
 */
static void interval_end(unsigned int cpu)
{
	struct cpu *c = &cpus[cpu];
	uint64_t ticks = BX_CPU(cpu)->get_icount() - c->icount;

	charge(cpu, ticks ? ticks : 1);
	c->interval.counts[PROFILE_MSR_AREA] += BX_CPU(cpu)->vmcs.vmentry_msr_load_cnt;
	profile_add(&c->interval);
	profile_commit(cpu, c->interval.user);
	c->open = false;
}

void profile_exit(unsigned int cpu, uint32_t reason)
{
	struct cpu *c = &cpus[cpu];
	const VMCS_CACHE *vm = &BX_CPU(cpu)->vmcs;

	if (stopped)
		return;
	profile_on = true;
	if (c->open)
		interval_end(cpu);
	memset(&c->interval, 0, sizeof(c->interval));
	c->interval.reason = reason & (PROFILE_REASONS - 1);
	c->interval.counts[PROFILE_MSR_AREA] = vm->vmexit_msr_store_cnt + vm->vmexit_msr_load_cnt;
	c->open = true;
	c->running = false;
}

/* The first instruction after an exit: the host's stack is known now */
static void interval_begin(unsigned int cpu)
{
	struct cpu *c = &cpus[cpu];

	profile_stack_exit(cpu, c->interval.reason, BX_CPU(cpu)->get_reg64(BX_64BIT_REG_RSP));
	c->running = true;
}

void profile_before(unsigned int cpu)
{
	BX_CPU_C *b = BX_CPU(cpu);
	struct cpu *c = &cpus[cpu];

	if (!c->open)
		return;
	if (b->in_vmx_guest) {
		interval_end(cpu);
		return;
	}
	if (c->running)
		charge(cpu, b->get_icount() - c->icount);
	else
		interval_begin(cpu);
	c->icount = b->get_icount();
	if (b->sregs[BX_SEG_REG_CS].selector.rpl == 3) {
		profile_stack_clear(cpu);
		c->interval.user = true;
		c->address = PROFILE_USER_ADDRESS;
	} else {
		c->address = b->get_rip();
	}
	c->chain = profile_stack_chain(cpu);
}

static void count_wrmsr(uint32_t *counts, const BX_CPU_C *b)
{
	uint32_t msr = b->gen_reg[BX_32BIT_REG_ECX].dword.erx;
	uint32_t low = b->gen_reg[BX_32BIT_REG_EAX].dword.erx;

	if (msr == MSR_PRED_CMD && (low & PRED_CMD_IBPB))
		counts[PROFILE_IBPB]++;
	if (msr == MSR_X2APIC_ICR || msr == MSR_X2APIC_SELF_IPI)
		counts[PROFILE_IPI]++;
}

/* Retired, and not merely begun: what faults is begun twice */
void profile_retired(unsigned int cpu, const bxInstruction_c *i)
{
	struct cpu *c = &cpus[cpu];
	unsigned int counter = counter_of[i->getIaOpcode()];
	uint32_t *counts = c->interval.counts;

	if (!c->open || BX_CPU(cpu)->in_vmx_guest)
		return;
	if (i->getLock() || (counter == XCHG && !i->modC0()))
		counts[PROFILE_LOCKED]++;
	if (!counter || counter == XCHG)
		return;
	counts[counter]++;
	if (counter == PROFILE_WRMSR)
		count_wrmsr(counts, BX_CPU(cpu));
}

void profile_write_access(unsigned int cpu, uint64_t physical)
{
	if (physical == APIC_ICR_LOW && cpus[cpu].open && !BX_CPU(cpu)->in_vmx_guest)
		cpus[cpu].interval.counts[PROFILE_IPI]++;
}

void profile_branch(unsigned int cpu, unsigned int what, uint64_t from)
{
	uint64_t rsp = BX_CPU(cpu)->get_reg64(BX_64BIT_REG_RSP);

	if (!cpus[cpu].open || BX_CPU(cpu)->in_vmx_guest)
		return;
	switch (what) {
	case BX_INSTR_IS_CALL:
	case BX_INSTR_IS_CALL_INDIRECT:
		profile_stack_call(cpu, rsp, from);
		break;
	case BX_INSTR_IS_RET:
		profile_stack_return(cpu, rsp - 8);
		break;
	case BX_INSTR_IS_IRET:
		profile_stack_iret(cpu, rsp);
		break;
	}
}

/* Before the event changes RIP and RSP; faults have put both back */
void profile_interrupt(unsigned int cpu)
{
	BX_CPU_C *b = BX_CPU(cpu);

	if (cpus[cpu].open && !b->in_vmx_guest)
		profile_stack_interrupt(cpu, b->get_reg64(BX_64BIT_REG_RSP), b->get_rip());
}

void profile_out(unsigned int port, uint32_t value)
{
	if (port != PROFILE_RUN_PORT)
		return;
	stopped = !(value & 1);
	profile_on = false;
	for (unsigned int cpu = 0; cpu < BX_SMP_PROCESSORS; cpu++) {
		cpus[cpu].open = false;
		profile_discard(cpu);
		profile_stack_clear(cpu);
	}
	if (!stopped) {
		profile_forget_sums();
		profile_forget_ticks();
	}
}
