// SPDX-License-Identifier: GPL-2.0-only
/*
 * EPT violations: guest memory that has to be faulted in, the local APIC's
 * page, and everything else that a guest loads and stores where no memory is.
 *
 *	bracket		exit_ept_violation(): notes address and access
 *	may sleep	slow_fault() --FIXED--> resume
 *			             --HVA----> VTX_EXIT_MEMORY_FAULT
 *			             --MMIO---> vcpu_mmio(): fetch, decode
 *						  plain MOV: APIC page, or VTX_EXIT_MMIO
 *						  the rest:  VTX_EXIT_EMULATE
 *			             --NOEXEC-> VTX_EXIT_EMULATE
 *	next VTX_RUN	vcpu_take_answer(): the data of a load goes to its register
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "../hw/vmx_insn.h"
#include "vcpu.h"

/* A GPR in the VMCS is not reachable out of the bracket; plain MOVs with RSP leave to EMULATE. */
static bool uses_rsp(const struct mov_insn *insn)
{
	return !insn->has_imm && insn->reg == VTX_RSP && !insn->high;
}

enum vcpu_next vcpu_emulate_exit(struct vcpu *v, u64 gpa, u64 gla, u32 access)
{
	struct vtx_exit_emulate *e = &v->exit.emulate;

	memset(e, 0, sizeof(*e));
	v->exit.exit_reason = VTX_EXIT_EMULATE;
	e->gpa = gpa;
	e->gla = gla;
	e->access = access;
	e->insn_len = vcpu_fetch_insn(v, e->insn, 15);
	return NEXT_TO_USER;
}

static enum vcpu_next emulate_fault(struct vcpu *v)
{
	return vcpu_emulate_exit(v, v->fault.gpa, v->fault_gla, v->fault.access);
}

static enum vcpu_next apic_access(struct vcpu *v, const struct mov_insn *insn)
{
	u32 offset = v->fault.gpa & ~PAGE_MASK;
	u64 now = vcpu_tsc(v), data = 0;

	if (insn->store) {
		data = mov_store_value(insn, v->gpr[insn->reg]);
		lapic_mmio_write(&v->lapic, offset, &data, insn->size, now);
	} else {
		lapic_mmio_read(&v->lapic, offset, &data, insn->size, now);
		v->gpr[insn->reg] = mov_load_value(insn, v->gpr[insn->reg], data);
	}
	v->skip = insn->length;
	return NEXT_RESUME;
}

static enum vcpu_next device_access(struct vcpu *v, const struct mov_insn *insn)
{
	v->exit.exit_reason = VTX_EXIT_MMIO;
	v->exit.mmio = (struct vtx_exit_mmio){
		.gpa = v->fault.gpa,
		.size = insn->size,
		.write = insn->store,
		.data = insn->store ? mov_store_value(insn, v->gpr[insn->reg]) : 0,
	};
	if (!insn->store)
		v->answer = (struct vcpu_answer){ .kind = ANSWER_LOAD, .insn = *insn };
	v->skip = insn->length;
	return NEXT_TO_USER;
}

enum vcpu_next vcpu_mmio(struct vcpu *v)
{
	struct mov_insn insn;
	u8 bytes[15];
	int n;

	/* An access of the CPU's own, in a page walk or while it delivers an event, is no MOV. */
	if ((v->fault.access & (VTX_ACCESS_WALK | VTX_ACCESS_FETCH)) || v->inject.info)
		return emulate_fault(v);
	n = vcpu_fetch_insn(v, bytes, sizeof(bytes));
	if (mov_decode(bytes, n, v->insn.code, &insn) || uses_rsp(&insn) ||
	    insn.store != !!(v->fault.access & VTX_ACCESS_WRITE) ||
	    (v->fault.gpa & ~PAGE_MASK) + insn.size > PAGE_SIZE)
		return emulate_fault(v);

	if (v->vm->has_apic && lapic_mmio_enabled(&v->lapic, v->fault.gpa))
		return apic_access(v, &insn);
	return device_access(v, &insn);
}

static enum vcpu_next memory_fault_exit(struct vcpu *v)
{
	v->exit.exit_reason = VTX_EXIT_MEMORY_FAULT;
	v->exit.memory_fault = (struct vtx_exit_memory_fault){
		.gpa = v->fault.gpa,
		.hva = v->fault.hva,
		.access = v->fault.access,
		.error = v->fault.error,
	};
	return NEXT_TO_USER;
}

/* The bracket was left without the context of the instruction: go back for it. */
static int want_insn_context(struct vcpu *v)
{
	if (v->insn.valid)
		return 0;
	v->error = vcpu_enter(v);
	if (v->error)
		return v->error;
	vcpu_save_insn_context(v);
	vcpu_leave(v);
	return 0;
}

static enum vcpu_next slow_fault(struct vcpu *v)
{
	enum mem_fault result = guest_mem_fault(&v->vm->mem, &v->cache, &v->fault);

	switch (result) {
	case MEM_FAULT_FIXED:
	case MEM_FAULT_INTR:
		return NEXT_RESUME;
	case MEM_FAULT_HVA:
		return memory_fault_exit(v);
	case MEM_FAULT_MMIO:
		return want_insn_context(v) ? NEXT_ERROR : vcpu_mmio(v);
	case MEM_FAULT_NOEXEC:
		return want_insn_context(v) ? NEXT_ERROR : emulate_fault(v);
	}
	return NEXT_KILL;
}

/* Exit qualification: SDM Vol. 3, table 28-7. */
static u32 access_of(u64 q)
{
	u32 access = 0;

	if (q & EPT_VIOLATION_ACC_READ)
		access |= VTX_ACCESS_READ;
	if (q & EPT_VIOLATION_ACC_WRITE)
		access |= VTX_ACCESS_WRITE;
	if (q & EPT_VIOLATION_ACC_INSTR)
		access |= VTX_ACCESS_FETCH;
	if ((q & EPT_VIOLATION_GVA_IS_VALID) && !(q & EPT_VIOLATION_GVA_TRANSLATED))
		access |= VTX_ACCESS_WALK;
	return access;
}

enum vcpu_next exit_ept_violation(struct vcpu *v)
{
	u64 q = v->qualification;

	/* SDM Vol. 3, 28.2.3: IRET had unblocked NMIs before it faulted; it comes again. */
	if ((q & INTR_INFO_UNBLOCK_NMI) && !v->inject.info)
		vmcs_write32(GUEST_INTERRUPTIBILITY_INFO,
			     vmcs_read32(GUEST_INTERRUPTIBILITY_INFO) | GUEST_INTR_STATE_NMI);

	v->fault = (struct mem_fault_info){
		.gpa = vmcs_read64(GUEST_PHYSICAL_ADDRESS),
		.access = access_of(q),
	};
	v->fault_gla = q & EPT_VIOLATION_GVA_IS_VALID ? vmcs_readl(GUEST_LINEAR_ADDRESS) : ~0ULL;
	v->insn.valid = false;
	if (!guest_mem_covers(&v->vm->mem, v->fault.gpa))
		vcpu_save_insn_context(v);
	v->slow = slow_fault;
	return NEXT_SLOW;
}

/* Completes the last exit with @data from userspace; what and where comes from us. */
void vcpu_take_answer(struct vcpu *v, u64 data)
{
	const struct mov_insn *insn = &v->answer.insn;
	u64 *rax = &v->gpr[VTX_RAX];

	switch (v->answer.kind) {
	case ANSWER_NONE:
		return;
	case ANSWER_IN:
		*rax = v->answer.size == 4 ? (u32)data :
		       v->answer.size == 2 ? (*rax & ~0xffffULL) | (u16)data :
					     (*rax & ~0xffULL) | (u8)data;
		break;
	case ANSWER_LOAD:
		v->gpr[insn->reg] = mov_load_value(insn, v->gpr[insn->reg], data);
		break;
	}
	v->answer.kind = ANSWER_NONE;
}
