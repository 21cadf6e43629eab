// SPDX-License-Identifier: GPL-2.0-only
/*
 * State groups: each illegal value is refused with the place of its field, and
 * changes nothing; what is legal comes back as it went in.
 *
 * The state to start from is that after reset, of a VM without local APICs.
 */
#include "vtxtest.h"

#define NON_CANONICAL	0x8000000000000000ULL

/* One field of a group with a value that it must not have */
struct bad {
	enum vtx_group group;
	__u32 offset;
	__u32 size;
	__u64 value;
	const char *what;
};

#define BAD(name, type, field, wrong) \
	{ \
		VTX_GROUP_##name, offsetof(struct type, field), \
		sizeof(((struct type *)0)->field), wrong, #field " = " #wrong \
	}
#define BAD_SEG(index, field, wrong) BAD(SEGS, vtx_segs, seg[VTX_SEG_##index].field, wrong)
#define BAD_SEGMENT(index) \
	BAD_SEG(index, base, NON_CANONICAL), \
	BAD_SEG(index, reserved, 1), \
	BAD_SEG(index, attributes, 0x193), \
	BAD_SEG(index, attributes, 0x20093), \
	BAD_SEG(index, reserved2, 1)
/* The image is one thing: its place is what is told */
#define BAD_FPU(offset, bytes, wrong) \
	{ VTX_GROUP_FPU, offset, bytes, wrong, #offset " = " #wrong }

/* In an XSAVE area (SDM Vol. 1, 13.4) */
#define XSAVE_MXCSR	24
#define XSTATE_BV	512
#define XCOMP_BV	520
#define XSAVE_RESERVED	528

static const struct bad bad[] = {
	BAD(GPRS, vtx_gprs, rflags, 0),
	BAD(GPRS, vtx_gprs, rflags, 0xa),
	BAD(GPRS, vtx_gprs, rflags, 0x22),
	BAD(GPRS, vtx_gprs, rflags, 0x8002),
	BAD(GPRS, vtx_gprs, rflags, 0x400002),
	BAD(GPRS, vtx_gprs, rflags, 0x8000000000000002),
	BAD_SEGMENT(ES), BAD_SEGMENT(CS), BAD_SEGMENT(SS), BAD_SEGMENT(DS),
	BAD_SEGMENT(FS), BAD_SEGMENT(GS), BAD_SEGMENT(LDTR), BAD_SEGMENT(TR),
	BAD(SEGS, vtx_segs, gdtr.base, NON_CANONICAL),
	BAD(SEGS, vtx_segs, gdtr.limit, 0x10000),
	BAD(SEGS, vtx_segs, gdtr.reserved, 1),
	BAD(SEGS, vtx_segs, idtr.base, NON_CANONICAL),
	BAD(SEGS, vtx_segs, idtr.limit, 0x10000),
	BAD(SEGS, vtx_segs, idtr.reserved, 1),
	BAD(CREGS, vtx_cregs, cr0, 0x80000010),
	BAD(CREGS, vtx_cregs, cr0, 0x20000010),
	BAD(CREGS, vtx_cregs, cr0, 0x100000010),
	BAD(CREGS, vtx_cregs, cr3, 0x8000000000000000),
	BAD(CREGS, vtx_cregs, cr4, 0x8000000000000000),
	BAD(CREGS, vtx_cregs, cr4, 0x2000),
	BAD(CREGS, vtx_cregs, cr4, 0x80000000),
	BAD(CREGS, vtx_cregs, cr8, 16),
	BAD(CREGS, vtx_cregs, cr8, 1),
	BAD(CREGS, vtx_cregs, efer, 0x400),
	BAD(CREGS, vtx_cregs, efer, 0x2),
	BAD(CREGS, vtx_cregs, efer, 0x8000000000000000),
	BAD(CREGS, vtx_cregs, xcr0, 0),
	BAD(CREGS, vtx_cregs, xcr0, 2),
	BAD(CREGS, vtx_cregs, xcr0, 0x8000000000000001),
	BAD(DREGS, vtx_dregs, dr6, 0x1ffff0ff0),
	BAD(DREGS, vtx_dregs, dr7, 0x100000400),
	BAD(DREGS, vtx_dregs, dr7, 0x8000000000000400),
	BAD(MSRS, vtx_msrs, tsc_aux, 0x100000000),
	BAD(MSRS, vtx_msrs, lstar, NON_CANONICAL),
	BAD(MSRS, vtx_msrs, cstar, NON_CANONICAL),
	BAD(MSRS, vtx_msrs, sfmask, 0x100000000),
	BAD(MSRS, vtx_msrs, kernel_gs_base, NON_CANONICAL),
	BAD(MSRS, vtx_msrs, sysenter_cs, 0x100000000),
	BAD(MSRS, vtx_msrs, sysenter_esp, NON_CANONICAL),
	BAD(MSRS, vtx_msrs, sysenter_eip, NON_CANONICAL),
	BAD(MSRS, vtx_msrs, pat, 2),
	BAD(MSRS, vtx_msrs, pat, 3),
	BAD(MSRS, vtx_msrs, pat, 0x0800000000000000),
	BAD(MSRS, vtx_msrs, apic_base, 0xfee00900),
	BAD(EVENTS, vtx_events, activity, 3),
	BAD(EVENTS, vtx_events, activity, 0xffffffff),
	BAD(EVENTS, vtx_events, blocking, 3),
	BAD(EVENTS, vtx_events, blocking, 4),
	BAD(EVENTS, vtx_events, blocking, 0x10),
	BAD(EVENTS, vtx_events, blocking, 0x80000000),
	BAD(EVENTS, vtx_events, inject, 0x80001020),
	BAD(EVENTS, vtx_events, inject, 0xc0000020),
	BAD(EVENTS, vtx_events, inject, 0x80000120),
	BAD(EVENTS, vtx_events, nmi_pending, 2),
	BAD_FPU(XSAVE_MXCSR, 4, 0xffff1f80),
	BAD_FPU(XSTATE_BV, 8, 0x8000000000000000),
	BAD_FPU(XSTATE_BV, 8, 0x4000000000000000),
	BAD_FPU(XCOMP_BV, 8, 0x8000000000000000),
	BAD_FPU(XCOMP_BV, 8, 1),
	BAD_FPU(XSAVE_RESERVED, 8, 1),
};

FIXTURE(state)
{
	struct vt vt;
	struct vt_vcpu *vcpu;
	void *before;
};

FIXTURE_SETUP(state)
{
	vt_create(&self->vt, VTX_VM_NO_APIC);
	self->vcpu = vt_add_vcpu(&self->vt, 0);
	vt_fetch(self->vcpu, VT_ALL);
	self->before = vt_alloc(self->vt.info.run_size);
	memcpy(self->before, self->vcpu->area, self->vt.info.run_size);
}

FIXTURE_TEARDOWN(state)
{
	vt_destroy(&self->vt);
}

static void *group_of(struct vt *vt, void *area, int group)
{
	return (char *)area + vt->info.group[group].offset;
}

/* But for time and counters, is the vCPU as it was? */
static bool unchanged(struct vt *vt, struct vt_vcpu *vcpu, void *before)
{
	vt_fetch(vcpu, VT_ALL);
	((struct vtx_msrs *)group_of(vt, before, VTX_GROUP_MSRS))->tsc = vcpu->msrs->tsc;
	for (int i = 0; i < VTX_GROUP_COUNTERS; i++) {
		if (memcmp(group_of(vt, vcpu->area, i), group_of(vt, before, i),
			   vt->info.group[i].size)) {
			fprintf(stderr, "# group %d has changed\n", i);
			return false;
		}
	}
	return true;
}

TEST_F(state, illegal_values)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		__u32 group = self->vt.info.group[bad[i].group].offset;
		__u32 offset = group + bad[i].offset;
		int error;

		memcpy((char *)self->vcpu->area + offset, &bad[i].value, bad[i].size);
		if (bad[i].group == VTX_GROUP_FPU)
			offset = group;
		error = vt_commit(self->vcpu, VT_WRITABLE);
		EXPECT_EQ(-EINVAL, error);
		EXPECT_EQ(offset, self->vcpu->run->error_field);
		if (error != -EINVAL || self->vcpu->run->error_field != offset)
			fprintf(stderr, "# group %d: %s (at %u)\n", bad[i].group, bad[i].what,
				offset);
		self->vcpu->run->dirty = 0;
		memcpy(self->vcpu->area, self->before, self->vt.info.run_size);
		self->vcpu->run->dirty = 0;
		EXPECT_TRUE(unchanged(&self->vt, self->vcpu, self->before));
	}
}

/* One bad group, and the good ones beside it are not committed either */
TEST_F(state, all_or_nothing)
{
	self->vcpu->gprs->gpr[VTX_RBX] = 0x1111;
	self->vcpu->dregs->dr[0] = 0x2222;
	self->vcpu->events->activity = 77;
	EXPECT_EQ(-EINVAL, vt_commit(self->vcpu, VT_WRITABLE));
	self->vcpu->run->dirty = 0;
	EXPECT_TRUE(unchanged(&self->vt, self->vcpu, self->before));
}

TEST_F(state, as_it_is_goes_back_in)
{
	for (int i = 0; i < VTX_GROUP_COUNTERS; i++) {
		EXPECT_EQ(0, vt_commit(self->vcpu, 1ULL << i));
		EXPECT_EQ(0, self->vcpu->run->dirty);
	}
	EXPECT_TRUE(unchanged(&self->vt, self->vcpu, self->before));
}

TEST_F(state, counters_are_read_only)
{
	EXPECT_EQ(-EINVAL, vt_commit(self->vcpu, VT_GROUP(COUNTERS)));
	EXPECT_EQ(offsetof(struct vtx_run, dirty), self->vcpu->run->error_field);
}

TEST_F(state, what_is_not_dirty_is_not_taken)
{
	memset(self->vcpu->gprs, 0xff, sizeof(*self->vcpu->gprs));
	memset(self->vcpu->segs, 0xff, sizeof(*self->vcpu->segs));
	EXPECT_EQ(0, vt_commit(self->vcpu, 0));
	EXPECT_TRUE(unchanged(&self->vt, self->vcpu, self->before));
}

/* As SDM Vol. 3, table 9-1 has it after power-up */
TEST_F(state, after_reset)
{
	struct vtx_segment *cs = &self->vcpu->segs->seg[VTX_SEG_CS];

	EXPECT_EQ(0xfff0, self->vcpu->gprs->rip);
	EXPECT_EQ(2, self->vcpu->gprs->rflags);
	EXPECT_EQ(0xf000, cs->selector);
	EXPECT_EQ(0xffff0000, cs->base);
	EXPECT_EQ(0xffff, cs->limit);
	EXPECT_EQ(0x60000010, self->vcpu->cregs->cr0);
	EXPECT_EQ(0, self->vcpu->cregs->cr3);
	EXPECT_EQ(0, self->vcpu->cregs->cr4);
	EXPECT_EQ(0, self->vcpu->cregs->efer);
	EXPECT_EQ(1, self->vcpu->cregs->xcr0);
	EXPECT_EQ(0xffff0ff0, self->vcpu->dregs->dr6);
	EXPECT_EQ(0x400, self->vcpu->dregs->dr7);
	EXPECT_EQ(0x0007040600070406, self->vcpu->msrs->pat);
	EXPECT_EQ(0, self->vcpu->msrs->apic_base);
	EXPECT_EQ(VTX_ACTIVITY_RUNNING, self->vcpu->events->activity);
	EXPECT_EQ(0, self->vcpu->events->inject);
	EXPECT_EQ(0x40, *(__u16 *)self->vcpu->fpu);
	EXPECT_EQ(0x1f80, *(__u32 *)((char *)self->vcpu->fpu + XSAVE_MXCSR));
	EXPECT_EQ(0, self->vcpu->counters->entries);
}

TEST_F(state, round_trip)
{
	struct vtx_msrs *msrs = self->vcpu->msrs;
	struct vtx_gprs gprs;
	struct vtx_dregs dregs;
	struct vtx_msrs wrote;

	for (int i = 0; i < VTX_GPR_COUNT; i++)
		gprs.gpr[i] = 0x0123456789abcdefULL * (i + 1);
	gprs.rip = 0x1234;
	gprs.rflags = 0x2 | 0x8d5;
	*self->vcpu->gprs = gprs;
	dregs = (struct vtx_dregs) { .dr = { 1, 2, 3, 4 }, .dr6 = 0xffff0ff1, .dr7 = 0x455 };
	*self->vcpu->dregs = dregs;
	msrs->tsc_aux = 0x12345678;
	msrs->star = 0x0123456789abcdef;
	msrs->lstar = 0xffffffff81000000;
	msrs->cstar = 0xffffffff82000000;
	msrs->sfmask = 0x47700;
	msrs->kernel_gs_base = 0x7fffffffffff;
	msrs->sysenter_cs = 0x10;
	msrs->sysenter_esp = 0xffff800000001000;
	msrs->sysenter_eip = 0xffff800000002000;
	msrs->pat = 0x0007010600070106;
	wrote = *msrs;
	self->vcpu->cregs->cr2 = 0xdeadbeef;
	self->vcpu->cregs->cr3 = 0x5000;
	ASSERT_EQ(0, vt_commit(self->vcpu, VT_WRITABLE));
	memset(self->vcpu->gprs, 0, sizeof(gprs));
	memset(self->vcpu->dregs, 0, sizeof(dregs));
	memset(msrs, 0, sizeof(*msrs));
	vt_fetch(self->vcpu, VT_ALL);
	EXPECT_EQ(0, memcmp(&gprs, self->vcpu->gprs, sizeof(gprs)));
	EXPECT_EQ(0, memcmp(&dregs, self->vcpu->dregs, sizeof(dregs)));
	wrote.tsc = msrs->tsc;
	EXPECT_EQ(0, memcmp(&wrote, msrs, sizeof(wrote)));
	EXPECT_EQ(0xdeadbeef, self->vcpu->cregs->cr2);
	EXPECT_EQ(0x5000, self->vcpu->cregs->cr3);
}

TEST_F(state, round_trip_of_events)
{
	struct vtx_events *events = self->vcpu->events;

	*events = (struct vtx_events) {
		.activity = VTX_ACTIVITY_HALTED,
		.blocking = VTX_BLOCKING_NMI,
		.inject = VTX_EVENT_VALID | VTX_EVENT_ERROR_CODE | 3 << 8 | 13,
		.error_code = 0x10,
		.nmi_pending = 1,
	};
	ASSERT_EQ(0, vt_commit(self->vcpu, VT_GROUP(EVENTS)));
	memset(events, 0, sizeof(*events));
	vt_fetch(self->vcpu, VT_GROUP(EVENTS));
	EXPECT_EQ(VTX_ACTIVITY_HALTED, events->activity);
	EXPECT_EQ(VTX_BLOCKING_NMI, events->blocking);
	EXPECT_EQ(VTX_EVENT_VALID | VTX_EVENT_ERROR_CODE | 3 << 8 | 13, events->inject);
	EXPECT_EQ(0x10, events->error_code);
	EXPECT_EQ(1, events->nmi_pending);
}

TEST_F(state, round_trip_of_the_fpu)
{
	char *fpu = self->vcpu->fpu;
	__u64 xstate_bv = 3;

	/* x87 and XMM registers */
	for (int i = 0; i < 16; i++)
		fpu[160 + 16 * i] = 0x40 + i;
	memcpy(fpu + XSTATE_BV, &xstate_bv, sizeof(xstate_bv));
	ASSERT_EQ(0, vt_commit(self->vcpu, VT_GROUP(FPU)));
	memset(fpu, 0, self->vt.info.group[VTX_GROUP_FPU].size);
	vt_fetch(self->vcpu, VT_GROUP(FPU));
	for (int i = 0; i < 16; i++)
		EXPECT_EQ(0x40 + i, fpu[160 + 16 * i]);
}

TEST_F(state, valid_tells_what_was_wanted)
{
	for (int i = 0; i < VTX_GROUP_COUNT; i++) {
		vt_fetch(self->vcpu, 1ULL << i);
		EXPECT_NE(0, self->vcpu->run->valid & 1ULL << i);
	}
}

VT_MAIN
