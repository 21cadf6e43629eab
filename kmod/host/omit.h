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

/* VMCLEAR when a VMCS leaves a CPU: for another, to be freed, or before VMXOFF. */
#ifdef VTX_OMIT_vmclear
#define vtx_step_vmclear(statement)	VTX_LEAVE_OUT(statement)
#else
#define vtx_step_vmclear(statement)	statement
#endif

#endif /* VTX_HOST_OMIT_H */
