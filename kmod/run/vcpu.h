/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU, composed of the parts that the lower layers offer.
 *
 * Lock letters: I immutable after creation, v vcpu->lock (held over VTX_RUN),
 * a atomic or with its own rules. Everything in the VMCS is v, and reached
 * inside the bracket only.
 */
#ifndef VTX_RUN_VCPU_H
#define VTX_RUN_VCPU_H

#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/vtx.h>
#include <asm/msr.h>

#include "../irq/lapic.h"
#include "../mem/guest_mem.h"
#include "../mem/guest_walk.h"
#include "../vm/sync.h"
#include "../vmcs/vmcs.h"
#include "cpuid.h"
#include "fpu.h"
#include "insn_mov.h"
#include "vm.h"

/* What comes after a handler. */
enum vcpu_next {
	NEXT_RESUME,	/* enter the guest again as it is */
	NEXT_SKIP,	/* the instruction is done: RIP goes past it, then as NEXT_RESUME */
	NEXT_SLOW,	/* leave the bracket, then call vcpu->slow, which may sleep */
	NEXT_TO_USER,	/* vcpu->exit is filled in */
	NEXT_KILL,	/* vtx cannot handle this: the VM dies with VTX_EXIT_INTERNAL */
	NEXT_ERROR,	/* VTX_RUN fails with vcpu->error */
};

/* How the next VTX_RUN completes the last exit: from here, never from the run area. */
struct vcpu_answer {
	enum { ANSWER_NONE, ANSWER_IN, ANSWER_LOAD } kind;
	u8 size;		/* of the port access */
	struct mov_insn insn;	/* of the load */
};

/* What is needed to fetch the bytes of the instruction at RIP, taken inside the bracket. */
struct insn_context {
	bool valid;
	enum insn_mode code;
	u64 linear_rip;
	struct guest_walk_mode walk;
};

struct vcpu {
	struct vm *vm;			/* I */
	u32 id;				/* I */
	struct mutex lock;
	struct vcpu_sync sync;		/* a */
	struct vmcs vmcs;
	struct lapic lapic;		/* a */
	struct cpuid_table cpuid;	/* I */
	struct guest_fpu fpu;		/* v */
	struct mem_cache cache;		/* v */
	struct hrtimer timer;		/* v: wakes from HLT, or replaces the preemption timer */

	/* Registers outside of the VMCS; gpr[VTX_RSP] is unused (all v). */
	u64 gpr[VTX_GPR_COUNT];
	u64 cr2;
	u64 xcr0;
	u64 dr[4];
	u64 dr6;
	u64 dr7;
	u64 tsc_offset;			/* guest TSC - host TSC */
	struct vtx_msrs msrs;		/* those that are neither in the VMCS nor in the CPU */
	u64 host_msr[5];		/* p: what vcpu_msr_load_guest() found in the CPU */
	u64 mtrr_fixed[11];
	u64 mtrr_var[16];
	u64 pdpte[4];			/* on their way into the VMCS */

	/* Events and activity (all v). */
	u32 activity;			/* enum vtx_activity */
	bool halt_if;			/* RFLAGS.IF when it halted */
	bool nmi_pending;
	struct vmcs_event inject;
	struct vmcs_event after;		/* an interrupt whose delivery @inject cut short */

	/* The exit being handled (all v). */
	u32 exit_reason;		/* basic exit reason */
	u64 qualification;
	u8 skip;			/* bytes by which RIP goes on at the next bracket */
	enum vcpu_next (*slow)(struct vcpu *v);
	struct mem_fault_info fault;
	u64 fault_gla;
	struct insn_context insn;
	u64 pending_cr;			/* a CR0 or CR4 write that waits for PDPTEs */
	u64 split_lock_rip;
	u64 killed_at;			/* RIP of the exit that nobody could handle */
	int error;
	struct vcpu_answer answer;
	struct vtx_run exit;		/* the exit part of the run area, before it is published */
	struct vtx_counters counters;

	u64 ept_gen;			/* v: TLB generation that this vCPU has flushed */
	bool timer_armed;		/* v: the preemption timer or hrtimer holds a deadline */
	bool initialised;		/* v: the VMCS holds the state after reset */

	void *run;			/* I: the run area, shared with userspace */
	void *stage;			/* v: kernel copy of the run area while it is checked */
};

struct vcpu *vcpu_create(struct vm *vm, u32 id);
void vcpu_destroy(struct vcpu *v);
/* Creates vCPU @id of @vm and makes it visible: 0 or errno. */
int vm_add_vcpu(struct vm *vm, u32 id, struct vcpu **out);

/* VTX_RUN: 0 or errno. */
long vcpu_run(struct vcpu *v);

/* Bracket, with what was deferred to it. */
int vcpu_enter(struct vcpu *v);
void vcpu_leave(struct vcpu *v);

static inline u64 vcpu_tsc(const struct vcpu *v)
{
	return rdtsc() + v->tsc_offset;
}

/* The low 32 bits, as 32-bit register operands are written: the upper half becomes zero. */
static inline void vcpu_set_eax_edx(struct vcpu *v, u64 value)
{
	v->gpr[VTX_RAX] = (u32)value;
	v->gpr[VTX_RDX] = value >> 32;
}

static inline u64 vcpu_eax_edx(const struct vcpu *v)
{
	return (u32)v->gpr[VTX_RAX] | v->gpr[VTX_RDX] << 32;
}

/* GPR by number, RSP included; inside the bracket. */
u64 vcpu_gpr(const struct vcpu *v, int reg);
void vcpu_set_gpr(struct vcpu *v, int reg, u64 value);

/* Writes the state after reset into a fresh VMCS, inside the bracket. */
void vcpu_write_reset(struct vcpu *v);
/* Debug registers that the VMCS does not hold. */
void vcpu_load_debug(struct vcpu *v);

/* events.c: raise a fault for the instruction that exited. */
enum vcpu_next vcpu_raise(struct vcpu *v, u8 vector);
enum vcpu_next vcpu_raise_error(struct vcpu *v, u8 vector, u32 error_code);
void vcpu_collect_vectoring(struct vcpu *v);
void vcpu_take_back_event(struct vcpu *v);
void vcpu_prepare_events(struct vcpu *v);

/* timer.c */
int vcpu_timer_init(struct vcpu *v);
void vcpu_timer_destroy(struct vcpu *v);
void vcpu_timer_prepare(struct vcpu *v);
void vcpu_timer_start(struct vcpu *v);
void vcpu_timer_stop(struct vcpu *v);

/* halt.c: sleeps until an event wakes the vCPU, a request or a signal. */
void vcpu_halt(struct vcpu *v);

/* control.c */
int vcpu_write_efer(struct vcpu *v, u64 efer);
bool vcpu_read_pdptes(struct vcpu *v, u64 cr3);
void vcpu_write_pdptes(struct vcpu *v);

/* msr.c: 0, or -EINVAL: #GP. */
int vcpu_read_msr(struct vcpu *v, u32 msr, u64 *value);
int vcpu_write_msr(struct vcpu *v, u32 msr, u64 value);
void vcpu_msr_init(struct vcpu *v);
void vcpu_msr_load_guest(struct vcpu *v);
void vcpu_msr_load_host(struct vcpu *v);

/* fetch.c: the bytes of the instruction at RIP. */
void vcpu_save_insn_context(struct vcpu *v);
int vcpu_fetch_insn(struct vcpu *v, u8 *bytes, int max);

/* mmio.c */
enum vcpu_next vcpu_mmio(struct vcpu *v);
enum vcpu_next vcpu_emulate_exit(struct vcpu *v, u64 gpa, u64 gla, u32 access);
void vcpu_take_answer(struct vcpu *v, u64 data);

/* exit_table.c: handles vcpu->exit_reason. */
enum vcpu_next vcpu_handle_exit(struct vcpu *v);

/* groups.c: state groups of the run area. */
struct vtx_group_info vcpu_group_info(unsigned int group);
u32 vcpu_run_size(void);
void vcpu_groups_init(void);
int vcpu_stage_groups(struct vcpu *v, u64 dirty, u32 *bad);
void vcpu_commit_groups(struct vcpu *v, u64 dirty);
void vcpu_collect_groups(struct vcpu *v, u64 want);

/* The handlers, by family. */
enum vcpu_next exit_cpuid(struct vcpu *v);
enum vcpu_next exit_io(struct vcpu *v);
enum vcpu_next exit_msr_read(struct vcpu *v);
enum vcpu_next exit_msr_write(struct vcpu *v);
enum vcpu_next exit_cr_access(struct vcpu *v);
enum vcpu_next exit_dr_access(struct vcpu *v);
enum vcpu_next exit_xsetbv(struct vcpu *v);
enum vcpu_next exit_ept_violation(struct vcpu *v);
enum vcpu_next exit_exception(struct vcpu *v);
enum vcpu_next exit_hlt(struct vcpu *v);

#endif /* VTX_RUN_VCPU_H */
