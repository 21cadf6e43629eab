/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Steps that silicon punishes when they are left out, and that a test build
 * leaves out on purpose to see that tools/vthost's strict emulator notices:
 * "make modules OMIT=ept_change" builds without that one, into a folder of its
 * own, and "make install" knows nothing of it. In any other build each of these
 * is the statement that it is given.
 */
#ifndef VTX_HOST_OMIT_H
#define VTX_HOST_OMIT_H

#define VTX_LEAVE_OUT(statement)	do { if (0) statement; } while (0)

/* INVEPT before an entry after guest memory lost mappings or rights. */
#ifdef VTX_OMIT_ept_change
#define vtx_step_ept_change(statement)	VTX_LEAVE_OUT(statement)
#else
#define vtx_step_ept_change(statement)	statement
#endif

/* INVEPT when a vCPU comes to a CPU. */
#ifdef VTX_OMIT_ept_arrival
#define vtx_step_ept_arrival(statement)	VTX_LEAVE_OUT(statement)
#else
#define vtx_step_ept_arrival(statement)	statement
#endif

/* INVVPID when the hypervisor changes CR3 or the paging mode. */
#ifdef VTX_OMIT_vpid
#define vtx_step_vpid(statement)	VTX_LEAVE_OUT(statement)
#else
#define vtx_step_vpid(statement)	statement
#endif

/* VMCLEAR on the CPU that a VMCS leaves for another. */
#ifdef VTX_OMIT_vmclear_move
#define vtx_step_vmclear_move(statement) VTX_LEAVE_OUT(statement)
#else
#define vtx_step_vmclear_move(statement) statement
#endif

/* VMCLEAR before the memory of a VMCS is freed. */
#ifdef VTX_OMIT_vmclear_free
#define vtx_step_vmclear_free(statement) VTX_LEAVE_OUT(statement)
#else
#define vtx_step_vmclear_free(statement) statement
#endif

/* VMCLEAR of all that lives on a CPU before VMXOFF there. */
#ifdef VTX_OMIT_vmclear_off
#define vtx_step_vmclear_off(statement)	VTX_LEAVE_OUT(statement)
#else
#define vtx_step_vmclear_off(statement)	statement
#endif

#endif /* VTX_HOST_OMIT_H */
