// SPDX-License-Identifier: GPL-2.0-only
/* The rules of the state groups, as tables of fields and of what breaks their rule. */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stddef.h>

#include "../hw/cr_check.h"
#include "../hw/x86.h"
#include "state_check.h"

struct rule {
	u32 field;
	bool broken;
};

#define RULE(type, member, cond)	{ offsetof(struct type, member), cond }

static int first_broken(const struct rule *rules, int count, u32 *bad)
{
	int i;

	for (i = 0; i < count; i++) {
		if (rules[i].broken) {
			*bad = rules[i].field;
			return -EINVAL;
		}
	}
	return 0;
}

int state_check_gprs(const struct vtx_gprs *s, u32 *bad)
{
	bool flags_ok = !(s->rflags & ~X86_RFLAGS_KNOWN) && (s->rflags & X86_RFLAGS_ONES);
	const struct rule rules[] = {
		RULE(vtx_gprs, rflags, !flags_ok),
	};

	return first_broken(rules, ARRAY_SIZE(rules), bad);
}

/* Access rights: bits 11:8 and 31:17 are reserved (SDM Vol. 3, table 25-2). */
#define AR_RESERVED	0xfffe0f00U

static int check_segment(const struct vtx_segment *seg, u32 *bad)
{
	const struct rule rules[] = {
		RULE(vtx_segment, base, !x86_canonical(seg->base)),
		RULE(vtx_segment, reserved, seg->reserved),
		RULE(vtx_segment, attributes, seg->attributes & AR_RESERVED),
		RULE(vtx_segment, reserved2, seg->reserved2),
	};

	return first_broken(rules, ARRAY_SIZE(rules), bad);
}

static int check_table(const struct vtx_table *table, u32 *bad)
{
	const struct rule rules[] = {
		RULE(vtx_table, base, !x86_canonical(table->base)),
		RULE(vtx_table, limit, table->limit > 0xffff),
		RULE(vtx_table, reserved, table->reserved),
	};

	return first_broken(rules, ARRAY_SIZE(rules), bad);
}

int state_check_segs(const struct vtx_segs *s, u32 *bad)
{
	u32 base = offsetof(struct vtx_segs, seg);
	int err = 0, i;

	for (i = 0; i < VTX_SEG_COUNT && !err; i++) {
		base = offsetof(struct vtx_segs, seg) + i * sizeof(s->seg[0]);
		err = check_segment(&s->seg[i], bad);
	}
	if (!err) {
		base = offsetof(struct vtx_segs, gdtr);
		err = check_table(&s->gdtr, bad);
	}
	if (!err) {
		base = offsetof(struct vtx_segs, idtr);
		err = check_table(&s->idtr, bad);
	}
	if (err)
		*bad += base;
	return err;
}

bool state_pae_paging(const struct vtx_cregs *s)
{
	return (s->cr0 & CR0_PG) && (s->cr4 & CR4_PAE) && !(s->efer & EFER_BIT_LMA);
}

#define XCR0_X87	BIT_ULL(0)
#define XCR0_SSE	BIT_ULL(1)
#define XCR0_AVX	BIT_ULL(2)
#define XCR0_AVX512	(BIT_ULL(5) | BIT_ULL(6) | BIT_ULL(7))

bool state_xcr0_valid(u64 xcr0, u64 allowed)
{
	u64 avx512 = xcr0 & XCR0_AVX512;

	if ((xcr0 & ~(allowed | XCR0_X87)) || !(xcr0 & XCR0_X87))
		return false;
	if ((xcr0 & XCR0_AVX) && !(xcr0 & XCR0_SSE))
		return false;
	return !avx512 || (avx512 == XCR0_AVX512 && (xcr0 & XCR0_AVX));
}

int state_check_cregs(const struct state_limits *l, const struct vtx_cregs *s, u32 *bad)
{
	bool pg = s->cr0 & CR0_PG, lme = s->efer & EFER_BIT_LME, lma = s->efer & EFER_BIT_LMA;
	const struct rule rules[] = {
		RULE(vtx_cregs, cr0, !cr0_valid(s->cr0)),
		RULE(vtx_cregs, cr3, s->cr3 & GENMASK_ULL(63, l->phys_bits)),
		RULE(vtx_cregs, cr4, s->cr4 & ~l->cr4),
		RULE(vtx_cregs, cr4, (s->cr4 & CR4_PCIDE) && !lma),
		RULE(vtx_cregs, cr8, s->cr8 > (l->apic ? 0xf : 0)),
		RULE(vtx_cregs, efer, s->efer & ~(l->efer | EFER_BIT_LMA)),
		RULE(vtx_cregs, efer, lma != (lme && pg)),
		RULE(vtx_cregs, cr4, lma && !(s->cr4 & CR4_PAE)),
		RULE(vtx_cregs, xcr0, !state_xcr0_valid(s->xcr0, l->xcr0)),
	};

	return first_broken(rules, ARRAY_SIZE(rules), bad);
}

int state_check_dregs(const struct vtx_dregs *s, u32 *bad)
{
	const struct rule rules[] = {
		RULE(vtx_dregs, dr6, s->dr6 >> 32),
		RULE(vtx_dregs, dr7, s->dr7 >> 32),
	};

	return first_broken(rules, ARRAY_SIZE(rules), bad);
}

int state_check_msrs(const struct state_limits *l, const struct vtx_msrs *s, u32 *bad)
{
	u64 misc_changed = s->misc_enable ^ l->misc_enable;
	const struct rule rules[] = {
		RULE(vtx_msrs, tsc_aux, s->tsc_aux >> 32),
		RULE(vtx_msrs, lstar, !x86_canonical(s->lstar)),
		RULE(vtx_msrs, cstar, !x86_canonical(s->cstar)),
		RULE(vtx_msrs, sfmask, s->sfmask >> 32),
		RULE(vtx_msrs, kernel_gs_base, !x86_canonical(s->kernel_gs_base)),
		RULE(vtx_msrs, sysenter_cs, s->sysenter_cs >> 32),
		RULE(vtx_msrs, sysenter_esp, !x86_canonical(s->sysenter_esp)),
		RULE(vtx_msrs, sysenter_eip, !x86_canonical(s->sysenter_eip)),
		RULE(vtx_msrs, pat, !x86_pat_valid(s->pat)),
		RULE(vtx_msrs, misc_enable, misc_changed & ~X86_MISC_ENABLE_WRITABLE),
		RULE(vtx_msrs, mtrr_def_type, s->mtrr_def_type & ~MTRR_DEF_TYPE_KNOWN),
	};

	return first_broken(rules, ARRAY_SIZE(rules), bad);
}

/* The interruption-information field (SDM Vol. 3, table 25-15). */
#define EVENT_VECTOR(info)	((info) & 0xff)
#define EVENT_TYPE(info)	(((info) >> 8) & 7)
#define EVENT_RESERVED		0x7ffff000U

enum event_type {
	EVENT_INTERRUPT,
	EVENT_TYPE_RESERVED,
	EVENT_NMI,
	EVENT_HARD_EXCEPTION,
	EVENT_SOFT_INTERRUPT,
	EVENT_PRIVILEGED_SOFT_EXCEPTION,
	EVENT_SOFT_EXCEPTION,
	EVENT_OTHER,
};

#define NMI_VECTOR_NUMBER	2
#define LAST_EXCEPTION		31

/* SDM Vol. 3, 27.2.1.3: what VM entry accepts. */
static bool event_valid(u32 info)
{
	u32 type = EVENT_TYPE(info), vector = EVENT_VECTOR(info);

	if (!(info & VTX_EVENT_VALID))
		return !info;
	if ((info & EVENT_RESERVED) || type == EVENT_TYPE_RESERVED || type == EVENT_OTHER)
		return false;
	if (type == EVENT_NMI && vector != NMI_VECTOR_NUMBER)
		return false;
	if (type == EVENT_HARD_EXCEPTION)
		return vector <= LAST_EXCEPTION;
	return !(info & VTX_EVENT_ERROR_CODE);
}

/* Software events have an instruction, whose length VM entry wants; others have none. */
static bool insn_len_valid(u32 info, u32 len)
{
	u32 type = EVENT_TYPE(info);

	if (info && type >= EVENT_SOFT_INTERRUPT && type <= EVENT_SOFT_EXCEPTION)
		return len >= 1 && len <= 15;
	return !len;
}

static bool blocking_valid(u32 blocking)
{
	u32 shadow = VTX_BLOCKING_STI | VTX_BLOCKING_MOV_SS;

	return !(blocking & ~(shadow | VTX_BLOCKING_NMI)) && (blocking & shadow) != shadow;
}

int state_check_events(const struct vtx_events *s, u32 *bad)
{
	const struct rule rules[] = {
		RULE(vtx_events, activity, s->activity > VTX_ACTIVITY_WAIT_SIPI),
		RULE(vtx_events, blocking, !blocking_valid(s->blocking)),
		RULE(vtx_events, inject, !event_valid(s->inject)),
		RULE(vtx_events, error_code, s->error_code >> 16),
		RULE(vtx_events, insn_len, !insn_len_valid(s->inject, s->insn_len)),
		RULE(vtx_events, nmi_pending, s->nmi_pending > 1),
	};

	return first_broken(rules, ARRAY_SIZE(rules), bad);
}
