// SPDX-License-Identifier: GPL-2.0-only
/* What is told when a guest died. */

#include <stdio.h>
#include <string.h>

#include "../vmctl.h"
#include "vm.h"

static void report_emulate(const struct vtx_exit_emulate *e)
{
	unsigned int i;

	fprintf(stderr, "  guest-physical %#llx, linear %#llx, access %#x\n",
		e->gpa, e->gla, e->access);
	fprintf(stderr, "  instruction");
	for (i = 0; i < e->insn_len && i < sizeof(e->insn); i++)
		fprintf(stderr, " %02x", e->insn[i]);
	fprintf(stderr, "\n");
}

static void report_facts(const struct vtx_run *run)
{
	fprintf(stderr, "  exit %s (%u), last VM exit: %s (%u)\n", vtx_exit_name(run->exit_reason),
		run->exit_reason, vtx_hw_reason_name(run->hw_reason), run->hw_reason);
	switch (run->exit_reason) {
	case VTX_EXIT_EMULATE:
		report_emulate(&run->emulate);
		break;
	case VTX_EXIT_MEMORY_FAULT:
		fprintf(stderr, "  guest-physical %#llx at %#llx, access %#x: %s\n",
			run->memory_fault.gpa, run->memory_fault.hva,
			run->memory_fault.access, strerror(run->memory_fault.error));
		break;
	case VTX_EXIT_ENTRY_FAILED:
		fprintf(stderr, "  exit reason %#x, VM-instruction error %u, qualification %#llx\n",
			run->entry_failed.hw_reason, run->entry_failed.insn_error,
			run->entry_failed.qualification);
		break;
	case VTX_EXIT_INTERNAL:
		fprintf(stderr, "  exit reason %#x (%s), qualification %#llx, rip %#llx\n",
			run->internal.hw_reason,
			vtx_hw_reason_name(run->internal.hw_reason & 0xffff),
			run->internal.qualification, run->internal.rip);
		break;
	}
}

void vm_report(struct vm *vm)
{
	complain("%s", vm->fatal);
	report_facts(&vm->last);
	/* A dead VM may not give all groups; print those that it gives. */
	vtx_state_read(&vm->vcpu, VTX_GROUPS_ALL & ~VTX_GROUP_BIT(VTX_GROUP_FPU));
	vtx_dump(&vm->vcpu, stderr);
}
