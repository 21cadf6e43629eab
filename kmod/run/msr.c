// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSRs. Each is in one row of one of these classes:
 *
 *	the CPU's	FS_BASE, GS_BASE, SYSENTER_*: VMCS fields, no exit;
 *			KERNEL_GS_BASE: switched by the bracket, no exit
 *	loaded		STAR, LSTAR, FMASK, TSC_AUX: in the CPU while the guest runs;
 *			reads do not exit, writes do, so that nothing has to be
 *			read back when the guest is left
 *	virtual		a field of struct vcpu, or of the local APIC
 *	fixed		a constant; a write of that constant is accepted
 *
 * An MSR without a row raises #GP.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <asm/cpufeature.h>
#include <asm/msr-index.h>

#include "../host/compat.h"
#include "../hw/vmx_insn.h"
#include "../hw/x86.h"
#include "vcpu.h"

struct msr_row {
	u32 first, last;
	int (*read)(struct vcpu *v, u32 msr, u64 *value);
	int (*write)(struct vcpu *v, u32 msr, u64 value);
};

#define MSR_X2APIC_FIRST	0x800
#define MSR_X2APIC_LAST		0x8ff
#define MSR_MTRR_VAR_FIRST	0x200
#define MTRR_VAR_REGS		16
#define MSR_BIOS_SIGN		0x8b

/* Guests see no memory type but write-back: MTRRs are kept, not honoured. */
#define MTRR_CAP		(8 | BIT(8) | BIT(10))	/* 8 variable ranges, fixed ones, WC */

static int read_x2apic(struct vcpu *v, u32 msr, u64 *value)
{
	return lapic_read_msr(&v->lapic, msr, value, vcpu_tsc(v));
}

static int write_x2apic(struct vcpu *v, u32 msr, u64 value)
{
	return lapic_write_msr(&v->lapic, msr, value, vcpu_tsc(v));
}

static int read_deadline(struct vcpu *v, u32 msr, u64 *value)
{
	*value = lapic_read_deadline(&v->lapic);
	return 0;
}

static int write_deadline(struct vcpu *v, u32 msr, u64 value)
{
	lapic_write_deadline(&v->lapic, value, vcpu_tsc(v));
	return 0;
}

static int read_apic_base(struct vcpu *v, u32 msr, u64 *value)
{
	*value = v->vm->has_apic ? lapic_base(&v->lapic) : 0;
	return 0;
}

static int write_apic_base(struct vcpu *v, u32 msr, u64 value)
{
	return v->vm->has_apic ? lapic_set_base(&v->lapic, value) : value ? -EINVAL : 0;
}

static int read_tsc(struct vcpu *v, u32 msr, u64 *value)
{
	*value = vcpu_tsc(v);
	return 0;
}

static void move_tsc(struct vcpu *v, u64 delta)
{
	u64 now = vcpu_tsc(v);

	v->tsc_offset += delta;
	vmcs_write64(TSC_OFFSET, v->tsc_offset);
	lapic_timer_jump(&v->lapic, now, now + delta);
}

/* SDM Vol. 3, 18.17.3: a write of the TSC moves IA32_TSC_ADJUST by as much, and the reverse. */
static int write_tsc(struct vcpu *v, u32 msr, u64 value)
{
	u64 delta = value - vcpu_tsc(v);

	move_tsc(v, delta);
	v->msrs.tsc_adjust += delta;
	return 0;
}

static int read_tsc_adjust(struct vcpu *v, u32 msr, u64 *value)
{
	*value = v->msrs.tsc_adjust;
	return 0;
}

static int write_tsc_adjust(struct vcpu *v, u32 msr, u64 value)
{
	move_tsc(v, value - v->msrs.tsc_adjust);
	v->msrs.tsc_adjust = value;
	return 0;
}

static int read_efer(struct vcpu *v, u32 msr, u64 *value)
{
	*value = vmcs_read64(GUEST_IA32_EFER);
	return 0;
}

static int write_efer(struct vcpu *v, u32 msr, u64 value)
{
	return vcpu_write_efer(v, value);
}

/* The loaded ones: where the guest's value is kept, and what is legal. */
enum { ANY, CANONICAL, LOW32 };

static const struct {
	u32 msr;
	u16 offset;
	u8 legal;
	bool in_cpu;		/* loaded while the guest runs */
} kept[] = {
	{ MSR_STAR, offsetof(struct vtx_msrs, star), ANY, true },
	{ MSR_LSTAR, offsetof(struct vtx_msrs, lstar), CANONICAL, true },
	{ MSR_SYSCALL_MASK, offsetof(struct vtx_msrs, sfmask), LOW32, true },
	{ MSR_TSC_AUX, offsetof(struct vtx_msrs, tsc_aux), LOW32, true },
	/* Intel CPUs have CSTAR, but no SYSCALL that would use it. */
	{ MSR_CSTAR, offsetof(struct vtx_msrs, cstar), CANONICAL, false },
};

static u64 *kept_value(struct vcpu *v, int i)
{
	return (u64 *)((char *)&v->msrs + kept[i].offset);
}

static bool legal(u8 kind, u64 value)
{
	return kind == ANY || (kind == CANONICAL ? x86_canonical(value) : !(value >> 32));
}

static int kept_index(u32 msr)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(kept); i++)
		if (kept[i].msr == msr)
			return i;
	return -EINVAL;
}

static bool has_tsc_aux(const struct vcpu *v)
{
	return v->cpuid.rdtscp;
}

static int read_kept(struct vcpu *v, u32 msr, u64 *value)
{
	*value = *kept_value(v, kept_index(msr));
	return 0;
}

static int write_kept(struct vcpu *v, u32 msr, u64 value)
{
	int i = kept_index(msr);

	if (!legal(kept[i].legal, value) || (msr == MSR_TSC_AUX && !has_tsc_aux(v)))
		return -EINVAL;
	*kept_value(v, i) = value;
	if (kept[i].in_cpu)
		wrmsrq(msr, value);
	return 0;
}

/* What the host had in the loaded ones: the same for all its life, on every CPU but for TSC_AUX. */
static u64 host_value(int i)
{
	u64 value;

	rdmsrq(kept[i].msr, value);
	return value;
}

static bool is_loaded(const struct vcpu *v, int i)
{
	return kept[i].in_cpu && (kept[i].msr != MSR_TSC_AUX || has_tsc_aux(v));
}

void vcpu_msr_load_guest(struct vcpu *v)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(kept); i++) {
		if (!is_loaded(v, i))
			continue;
		v->host_msr[i] = host_value(i);
		if (v->host_msr[i] != *kept_value(v, i))
			wrmsrq(kept[i].msr, *kept_value(v, i));
	}
}

void vcpu_msr_load_host(struct vcpu *v)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(kept); i++)
		if (is_loaded(v, i) && v->host_msr[i] != *kept_value(v, i))
			wrmsrq(kept[i].msr, v->host_msr[i]);
}

static int read_pat(struct vcpu *v, u32 msr, u64 *value)
{
	*value = vmcs_read64(GUEST_IA32_PAT);
	return 0;
}

static int write_pat(struct vcpu *v, u32 msr, u64 value)
{
	if (!x86_pat_valid(value))
		return -EINVAL;
	vmcs_write64(GUEST_IA32_PAT, value);
	return 0;
}

static int read_mtrr_cap(struct vcpu *v, u32 msr, u64 *value)
{
	*value = MTRR_CAP;
	return 0;
}

static int read_mtrr_def(struct vcpu *v, u32 msr, u64 *value)
{
	*value = v->msrs.mtrr_def_type;
	return 0;
}

static int write_mtrr_def(struct vcpu *v, u32 msr, u64 value)
{
	if (value & ~MTRR_DEF_TYPE_KNOWN)
		return -EINVAL;
	v->msrs.mtrr_def_type = value;
	return 0;
}

static int read_mtrr_var(struct vcpu *v, u32 msr, u64 *value)
{
	*value = v->mtrr_var[array_index_nospec(msr - MSR_MTRR_VAR_FIRST, MTRR_VAR_REGS)];
	return 0;
}

static int write_mtrr_var(struct vcpu *v, u32 msr, u64 value)
{
	/* Even numbers are bases with a type, odd ones masks with a valid bit. */
	u64 low = msr & 1 ? BIT_ULL(11) : 0xff;

	if (value & ~(GENMASK_ULL(v->cpuid.phys_bits - 1, 12) | low))
		return -EINVAL;
	v->mtrr_var[array_index_nospec(msr - MSR_MTRR_VAR_FIRST, MTRR_VAR_REGS)] = value;
	return 0;
}

/* The fixed-range MTRRs are three groups of numbers: 250, 258 to 259, 268 to 26f. */
static u64 *mtrr_fixed(struct vcpu *v, u32 msr)
{
	if (msr == MSR_MTRRfix64K_00000)
		return &v->mtrr_fixed[0];
	if (msr <= MSR_MTRRfix16K_A0000)
		return &v->mtrr_fixed[1 + msr - MSR_MTRRfix16K_80000];
	return &v->mtrr_fixed[3 + msr - MSR_MTRRfix4K_C0000];
}

static int read_mtrr_fixed(struct vcpu *v, u32 msr, u64 *value)
{
	*value = *mtrr_fixed(v, msr);
	return 0;
}

static int write_mtrr_fixed(struct vcpu *v, u32 msr, u64 value)
{
	if (!x86_mtrr_types_valid(value))
		return -EINVAL;
	*mtrr_fixed(v, msr) = value;
	return 0;
}

static int read_misc_enable(struct vcpu *v, u32 msr, u64 *value)
{
	*value = v->msrs.misc_enable;
	return 0;
}

static int write_misc_enable(struct vcpu *v, u32 msr, u64 value)
{
	if ((value ^ v->msrs.misc_enable) & ~X86_MISC_ENABLE_WRITABLE)
		return -EINVAL;
	v->msrs.misc_enable = value;
	return 0;
}

/* A microcode revision that a guest may compare, not one that it can load. */
static int read_microcode(struct vcpu *v, u32 msr, u64 *value)
{
	*value = (u64)boot_cpu_data.microcode << 32;
	return 0;
}

static int read_zero(struct vcpu *v, u32 msr, u64 *value)
{
	*value = 0;
	return 0;
}

static int write_zero(struct vcpu *v, u32 msr, u64 value)
{
	return value ? -EINVAL : 0;
}

static int write_ignored(struct vcpu *v, u32 msr, u64 value)
{
	return 0;
}

/* Hot ones first: the search is linear. */
static const struct msr_row rows[] = {
	{ MSR_IA32_TSC_DEADLINE, MSR_IA32_TSC_DEADLINE, read_deadline, write_deadline },
	{ MSR_X2APIC_FIRST, MSR_X2APIC_LAST, read_x2apic, write_x2apic },
	{ MSR_IA32_APICBASE, MSR_IA32_APICBASE, read_apic_base, write_apic_base },
	{ MSR_MTRRcap, MSR_MTRRcap, read_mtrr_cap, NULL },
	{ MSR_IA32_TSC, MSR_IA32_TSC, read_tsc, write_tsc },
	{ MSR_IA32_TSC_ADJUST, MSR_IA32_TSC_ADJUST, read_tsc_adjust, write_tsc_adjust },
	{ MSR_EFER, MSR_EFER, read_efer, write_efer },
	{ MSR_STAR, MSR_SYSCALL_MASK, read_kept, write_kept },
	{ MSR_TSC_AUX, MSR_TSC_AUX, read_kept, write_kept },
	{ MSR_IA32_CR_PAT, MSR_IA32_CR_PAT, read_pat, write_pat },
	{ MSR_MTRRdefType, MSR_MTRRdefType, read_mtrr_def, write_mtrr_def },
	{ MSR_MTRR_VAR_FIRST, MSR_MTRR_VAR_FIRST + MTRR_VAR_REGS - 1,
	  read_mtrr_var, write_mtrr_var },
	{ MSR_MTRRfix64K_00000, MSR_MTRRfix64K_00000, read_mtrr_fixed, write_mtrr_fixed },
	{ MSR_MTRRfix16K_80000, MSR_MTRRfix16K_A0000, read_mtrr_fixed, write_mtrr_fixed },
	{ MSR_MTRRfix4K_C0000, MSR_MTRRfix4K_F8000, read_mtrr_fixed, write_mtrr_fixed },
	{ MSR_IA32_MISC_ENABLE, MSR_IA32_MISC_ENABLE, read_misc_enable, write_misc_enable },
	{ MSR_BIOS_SIGN, MSR_BIOS_SIGN, read_microcode, write_ignored },
	{ MSR_IA32_PLATFORM_ID, MSR_IA32_PLATFORM_ID, read_zero, NULL },
	/* Machine checks: the architecture, with no bank to report. */
	{ MSR_IA32_MCG_CAP, MSR_IA32_MCG_STATUS, read_zero, write_zero },
	{ MSR_IA32_DEBUGCTLMSR, MSR_IA32_DEBUGCTLMSR, read_zero, write_zero },
};

static const struct msr_row *find_row(u32 msr)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (msr >= rows[i].first && msr <= rows[i].last)
			return &rows[i];
	return NULL;
}

int vcpu_read_msr(struct vcpu *v, u32 msr, u64 *value)
{
	const struct msr_row *row = find_row(msr);

	return row && row->read ? row->read(v, msr, value) : -EINVAL;
}

int vcpu_write_msr(struct vcpu *v, u32 msr, u64 value)
{
	const struct msr_row *row = find_row(msr);

	return row && row->write ? row->write(v, msr, value) : -EINVAL;
}

/* What may pass without an exit, and the values after a reset. */
static const struct {
	u32 msr;
	bool read, write;
} passed[] = {
	{ MSR_FS_BASE, true, true },
	{ MSR_GS_BASE, true, true },
	{ MSR_KERNEL_GS_BASE, true, true },
	{ MSR_IA32_SYSENTER_CS, true, true },
	{ MSR_IA32_SYSENTER_ESP, true, true },
	{ MSR_IA32_SYSENTER_EIP, true, true },
	{ MSR_STAR, true, false },
	{ MSR_LSTAR, true, false },
	{ MSR_SYSCALL_MASK, true, false },
	{ MSR_IA32_TSC, true, false },
	{ MSR_EFER, true, false },
	{ MSR_IA32_CR_PAT, true, false },
};

/* SDM Vol. 4: branch trace and PEBS are unavailable, fast strings are on. */
#define MISC_ENABLE_RESET	(MSR_IA32_MISC_ENABLE_FAST_STRING |	\
				 MSR_IA32_MISC_ENABLE_BTS_UNAVAIL |	\
				 MSR_IA32_MISC_ENABLE_PEBS_UNAVAIL)

void vcpu_msr_init(struct vcpu *v)
{
	int i;

	BUILD_BUG_ON(ARRAY_SIZE(kept) > ARRAY_SIZE(v->host_msr));
	for (i = 0; i < ARRAY_SIZE(passed); i++)
		msr_bitmap_pass(v->vmcs.msr_bitmap, passed[i].msr, passed[i].read,
				passed[i].write);
	v->msrs.misc_enable = MISC_ENABLE_RESET;
}

enum vcpu_next exit_msr_read(struct vcpu *v)
{
	u64 value;

	if (vcpu_read_msr(v, v->gpr[VTX_RCX], &value))
		return vcpu_raise(v, X86_GP);
	vcpu_set_eax_edx(v, value);
	return NEXT_SKIP;
}

enum vcpu_next exit_msr_write(struct vcpu *v)
{
	if (vcpu_write_msr(v, v->gpr[VTX_RCX], vcpu_eax_edx(v)))
		return vcpu_raise(v, X86_GP);
	return NEXT_SKIP;
}
