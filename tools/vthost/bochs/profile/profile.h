/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a VM exit costs its host: the hooks, and what the parts of the profile
 * share.  This file is read at the end of Bochs' instrument.h, whose names for
 * the hooks it takes over; those that are not of use here vanish.
 *
 *     guest   |  exit                                     entry  |  guest
 *   ----------+--------------------------------------------------+---------
 *             |<---- an interval: what one CPU executes here --->|
 *
 *   profile.cc        the hooks: where an interval begins and ends, and what of
 *                     the instructions in it is counted
 *   profile_stack.cc  who called whom, on which stack
 *   profile_ticks.cc  ticks by call chain and address
 *   profile_write.cc  the sums, and the file that they go to
 */
#ifndef VTHOST_PROFILE_H
#define VTHOST_PROFILE_H

#include <stdint.h>

class bxInstruction_c;

/* Counted in an interval; profile_write.cc has the names */
enum profile_counter {
	PROFILE_NONE, PROFILE_VMREAD, PROFILE_VMWRITE, PROFILE_VMPTRLD, PROFILE_VMCLEAR,
	PROFILE_INVEPT, PROFILE_INVVPID, PROFILE_MSR_AREA, PROFILE_RDMSR, PROFILE_WRMSR,
	PROFILE_IBPB, PROFILE_VERW, PROFILE_XSAVE, PROFILE_XRSTOR, PROFILE_XSETBV,
	PROFILE_READ_CR, PROFILE_WRITE_CR, PROFILE_READ_DR, PROFILE_WRITE_DR, PROFILE_INVLPG,
	PROFILE_LGDT, PROFILE_LIDT, PROFILE_LTR, PROFILE_LLDT, PROFILE_IPI, PROFILE_LOCKED,
	PROFILE_COUNTERS
};

enum {
	PROFILE_REASONS	= 128,		/* basic exit reasons; the SDM has 82 */
	PROFILE_RUN_PORT = 0x8e9,	/* OUT of 1: count from here; of 0: stop */
};

/* profile.cc.  A VM exit was seen, and nobody said stop */
extern bool profile_on;

void profile_initialize(unsigned int cpu);
void profile_before(unsigned int cpu);
void profile_retired(unsigned int cpu, const bxInstruction_c *i);
void profile_write_access(unsigned int cpu, uint64_t physical);
void profile_exit(unsigned int cpu, uint32_t reason);
void profile_branch(unsigned int cpu, unsigned int what, uint64_t from);
void profile_interrupt(unsigned int cpu);
void profile_out(unsigned int port, uint32_t value);

/*
 * profile_ticks.cc.  A call chain is a number: that of the chain without its last
 * call, and the address of that call; 0 to PROFILE_REASONS - 1 are the empty
 * chains of the exit reasons.
 */
uint32_t profile_chain(uint32_t outer, uint64_t call);
void profile_charge(unsigned int cpu, uint32_t chain, uint64_t address, uint64_t ticks);
void profile_commit(unsigned int cpu, bool user);	/* the interval is over */
void profile_discard(unsigned int cpu);			/* it never will be */
void profile_forget_ticks(void);

/* profile_stack.cc */
void profile_stack_exit(unsigned int cpu, uint32_t reason, uint64_t rsp);
void profile_stack_call(unsigned int cpu, uint64_t slot, uint64_t from);
void profile_stack_return(unsigned int cpu, uint64_t slot);
void profile_stack_interrupt(unsigned int cpu, uint64_t rsp, uint64_t from);
void profile_stack_iret(unsigned int cpu, uint64_t rsp);
void profile_stack_clear(unsigned int cpu);
uint32_t profile_stack_chain(unsigned int cpu);

/* profile_write.cc */
struct profile_interval {
	uint32_t reason;
	bool user;			/* userspace ran in it */
	uint64_t ticks;
	uint32_t counts[PROFILE_COUNTERS];
};

void profile_add(const struct profile_interval *interval);
void profile_forget_sums(void);
void profile_write_at_exit(void);
void profile_write_ticks(FILE *file);			/* profile_ticks.cc */

#define PROFILE_USER_ADDRESS 1ULL	/* stands for all of userspace */

/* Bochs' names */
#undef BX_INSTR_INITIALIZE
#undef BX_INSTR_RESET
#undef BX_INSTR_HLT
#undef BX_INSTR_MWAIT
#undef BX_INSTR_CNEAR_BRANCH_TAKEN
#undef BX_INSTR_CNEAR_BRANCH_NOT_TAKEN
#undef BX_INSTR_UCNEAR_BRANCH
#undef BX_INSTR_FAR_BRANCH
#undef BX_INSTR_EXCEPTION
#undef BX_INSTR_INTERRUPT
#undef BX_INSTR_HWINTERRUPT
#undef BX_INSTR_CLFLUSH
#undef BX_INSTR_CACHE_CNTRL
#undef BX_INSTR_TLB_CNTRL
#undef BX_INSTR_PREFETCH_HINT
#undef BX_INSTR_BEFORE_EXECUTION
#undef BX_INSTR_AFTER_EXECUTION
#undef BX_INSTR_REPEAT_ITERATION
#undef BX_INSTR_LIN_ACCESS
#undef BX_INSTR_PHY_ACCESS
#undef BX_INSTR_INP
#undef BX_INSTR_INP2
#undef BX_INSTR_OUTP
#undef BX_INSTR_WRMSR
#undef BX_INSTR_VMEXIT

#define BX_INSTR_RESET(cpu, type)
#define BX_INSTR_HLT(cpu)
#define BX_INSTR_MWAIT(cpu, addr, len, flags)
#define BX_INSTR_CNEAR_BRANCH_TAKEN(cpu, from, to)
#define BX_INSTR_CNEAR_BRANCH_NOT_TAKEN(cpu, from)
#define BX_INSTR_EXCEPTION(cpu, vector, error_code)
#define BX_INSTR_HWINTERRUPT(cpu, vector, cs, eip)
#define BX_INSTR_CLFLUSH(cpu, laddr, paddr)
#define BX_INSTR_CACHE_CNTRL(cpu, what)
#define BX_INSTR_TLB_CNTRL(cpu, what, new_cr3)
#define BX_INSTR_PREFETCH_HINT(cpu, what, seg, offset)
#define BX_INSTR_REPEAT_ITERATION(cpu, i)
#define BX_INSTR_PHY_ACCESS(cpu, phy, len, memtype, rw)
#define BX_INSTR_INP(addr, len)
#define BX_INSTR_INP2(addr, len, val)
#define BX_INSTR_WRMSR(cpu, addr, value)

#define PROFILE_IF_ON(call) do { if (profile_on) call; } while (0)

#define BX_INSTR_INITIALIZE(cpu)	profile_initialize(cpu)
#define BX_INSTR_VMEXIT(cpu, reason, qualification) profile_exit(cpu, reason)
#define BX_INSTR_OUTP(addr, len, val)	profile_out(addr, val)
#define BX_INSTR_BEFORE_EXECUTION(cpu, i) PROFILE_IF_ON(profile_before(cpu))
#define BX_INSTR_AFTER_EXECUTION(cpu, i) PROFILE_IF_ON(profile_retired(cpu, i))
#define BX_INSTR_INTERRUPT(cpu, vector)	PROFILE_IF_ON(profile_interrupt(cpu))
#define BX_INSTR_UCNEAR_BRANCH(cpu, what, from, to) PROFILE_IF_ON(profile_branch(cpu, what, from))
#define BX_INSTR_FAR_BRANCH(cpu, what, cs, from, new_cs, to) \
	PROFILE_IF_ON(profile_branch(cpu, what, from))
#define BX_INSTR_LIN_ACCESS(cpu, lin, phy, len, memtype, rw) \
	PROFILE_IF_ON(if ((rw) & BX_WRITE) profile_write_access(cpu, phy))

#endif
