/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VMX instructions (SDM Vol. 3, chapter 31), one wrapper each.
 *
 * VMfailInvalid sets CF, VMfailValid sets ZF: "below or equal" is failure. The
 * instructions fault only outside of VMX operation. That happens when the host
 * goes down under us (an emergency reboot executes VMXOFF on each CPU), so a
 * fault counts as a failure too, and never as a reason to oops.
 */
#ifndef VTX_HW_VMX_INSN_H
#define VTX_HW_VMX_INSN_H

#include <linux/types.h>
#include <linux/errno.h>
#include <asm/asm.h>
#include <asm/vmx.h>

#include "vmcs_fields.h"

/* Called on failure, out of line: says what failed and marks this CPU, see host/vmx_op.c. */
void vmread_failed(unsigned long field);
void vmwrite_failed(unsigned long field, unsigned long value);

static __always_inline unsigned long __vmcs_read(unsigned long field)
{
	unsigned long value;
	bool failed;

	asm volatile("1: vmread %[field], %[value]\n"
		     "2:\n"
		     _ASM_EXTABLE_TYPE_REG(1b, 2b, EX_TYPE_ZERO_REG, %[value])
		     : [value] "=r" (value), "=@ccbe" (failed)
		     : [field] "r" (field));
	if (unlikely(failed)) {
		vmread_failed(field);
		return 0;
	}
	return value;
}

static __always_inline void __vmcs_write(unsigned long field, unsigned long value)
{
	asm goto("1: vmwrite %[value], %[field]\n\t"
		 "jbe %l[failed]\n"
		 _ASM_EXTABLE(1b, %l[failed])
		 : : [field] "r" (field), [value] "rm" (value) : "cc" : failed);
	return;
failed:
	vmwrite_failed(field, value);
}

/* A read or write by the wrong width does not compile. */
#define VMCS_ACCESSORS(suffix, type, width)					\
static __always_inline type vmcs_read##suffix(unsigned long field)		\
{										\
	BUILD_BUG_ON(__builtin_constant_p(field) && vmcs_field_width(field) != (width)); \
	return __vmcs_read(field);						\
}										\
										\
static __always_inline void vmcs_write##suffix(unsigned long field, type value)	\
{										\
	BUILD_BUG_ON(__builtin_constant_p(field) && vmcs_field_width(field) != (width)); \
	__vmcs_write(field, value);						\
}

VMCS_ACCESSORS(16, u16, VMCS_WIDTH_16)
VMCS_ACCESSORS(32, u32, VMCS_WIDTH_32)
VMCS_ACCESSORS(64, u64, VMCS_WIDTH_64)
VMCS_ACCESSORS(l, unsigned long, VMCS_WIDTH_NATURAL)

/* VMXON, VMCLEAR and VMPTRLD take the physical address of a region: 0 or -EIO. */
#define VMX_REGION_INSN(name)							\
static __always_inline int vmx_##name(u64 region)				\
{										\
	asm goto("1: " #name " %[region]\n\t"					\
		 "jbe %l[failed]\n"						\
		 _ASM_EXTABLE(1b, %l[failed])					\
		 : : [region] "m" (region) : "cc", "memory" : failed);		\
	return 0;								\
failed:										\
	return -EIO;								\
}

VMX_REGION_INSN(vmxon)
VMX_REGION_INSN(vmclear)
VMX_REGION_INSN(vmptrld)

static __always_inline int vmx_vmxoff(void)
{
	asm goto("1: vmxoff\n\t"
		 "jbe %l[failed]\n"
		 _ASM_EXTABLE(1b, %l[failed])
		 : : : "cc", "memory" : failed);
	return 0;
failed:
	return -EIO;
}

/* SDM Vol. 3, 31.3: INVEPT and INVVPID take a type and a 128-bit descriptor. */
struct vmx_inv_desc {
	u64 context;	/* EPTP, or VPID in bits 15:0 */
	u64 address;	/* linear address (INVVPID type 0), else 0 */
};

#define VMX_INV_INSN(name)							\
static __always_inline int vmx_##name(unsigned long type, struct vmx_inv_desc desc) \
{										\
	asm goto("1: " #name " %[desc], %[type]\n\t"				\
		 "jbe %l[failed]\n"						\
		 _ASM_EXTABLE(1b, %l[failed])					\
		 : : [type] "r" (type), [desc] "m" (desc) : "cc", "memory" : failed); \
	return 0;								\
failed:										\
	return -EIO;								\
}

VMX_INV_INSN(invept)
VMX_INV_INSN(invvpid)

#endif /* VTX_HW_VMX_INSN_H */
