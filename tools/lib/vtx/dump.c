// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU's registers as text; each printer owns one state group. */

#include "libvtx.h"

#define HEX "%016llx"

static void dump_gprs(const struct vtx_vcpu *vcpu, FILE *out)
{
	static const char *const name[VTX_GPR_COUNT] = {
		"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8 ", "r9 ", "r10", "r11", "r12", "r13", "r14", "r15",
	};
	const struct vtx_gprs *gprs = vtx_gprs(vcpu);
	unsigned int i;

	fprintf(out, "  rip " HEX "  rflags " HEX "\n", gprs->rip,
		gprs->rflags);
	for (i = 0; i < VTX_GPR_COUNT; i++)
		fprintf(out, "  %s " HEX "%s", name[i], gprs->gpr[i],
			i % 4 == 3 ? "\n" : "");
}

static void dump_segs(const struct vtx_vcpu *vcpu, FILE *out)
{
	static const char *const name[VTX_SEG_COUNT] = {
		"es  ", "cs  ", "ss  ", "ds  ", "fs  ", "gs  ", "ldtr", "tr  ",
	};
	const struct vtx_segs *segs = vtx_segs(vcpu);
	unsigned int i;

	for (i = 0; i < VTX_SEG_COUNT; i++) {
		const struct vtx_segment *s = &segs->seg[i];

		fprintf(out, "  %s %04x  base " HEX "  limit %08x  attributes %05x\n", name[i],
			s->selector, s->base, s->limit, s->attributes);
	}
	fprintf(out, "  gdtr       base " HEX "  limit %08x\n", segs->gdtr.base,
		segs->gdtr.limit);
	fprintf(out, "  idtr       base " HEX "  limit %08x\n", segs->idtr.base,
		segs->idtr.limit);
}

static void dump_cregs(const struct vtx_vcpu *vcpu, FILE *out)
{
	const struct vtx_cregs *c = vtx_cregs(vcpu);

	fprintf(out, "  cr0 " HEX "  cr2 " HEX "  cr3 " HEX "  cr4 " HEX "\n", c->cr0,
		c->cr2, c->cr3, c->cr4);
	fprintf(out, "  cr8 " HEX "  efer " HEX "  xcr0 " HEX "\n", c->cr8,
		c->efer, c->xcr0);
}

static void dump_dregs(const struct vtx_vcpu *vcpu, FILE *out)
{
	const struct vtx_dregs *d = vtx_dregs(vcpu);

	fprintf(out, "  dr0 " HEX "  dr1 " HEX "  dr2 " HEX "  dr3 " HEX "\n", d->dr[0],
		d->dr[1], d->dr[2], d->dr[3]);
	fprintf(out, "  dr6 " HEX "  dr7 " HEX "\n", d->dr6, d->dr7);
}

static void dump_msrs(const struct vtx_vcpu *vcpu, FILE *out)
{
	const struct vtx_msrs *m = vtx_msrs(vcpu);

	fprintf(out, "  tsc " HEX "  kernel_gs_base " HEX "  apic_base " HEX "\n",
		m->tsc, m->kernel_gs_base, m->apic_base);
	fprintf(out, "  star " HEX "  lstar " HEX "  sfmask " HEX "  pat " HEX "\n",
		m->star, m->lstar, m->sfmask, m->pat);
}

static void dump_events(const struct vtx_vcpu *vcpu, FILE *out)
{
	static const char *const activity[] = { "running", "halted", "waits for SIPI" };
	const struct vtx_events *e = vtx_events(vcpu);

	fprintf(out, "  %s, blocking %x, inject %08x, error code %x, nmi_pending %u\n",
		e->activity < 3 ? activity[e->activity] : "?", e->blocking, e->inject,
		e->error_code, e->nmi_pending);
}

void vtx_dump(const struct vtx_vcpu *vcpu, FILE *out)
{
	static void (*const print[VTX_GROUP_COUNT])(const struct vtx_vcpu *vcpu, FILE *out) = {
		[VTX_GROUP_GPRS] = dump_gprs,
		[VTX_GROUP_SEGS] = dump_segs,
		[VTX_GROUP_CREGS] = dump_cregs,
		[VTX_GROUP_DREGS] = dump_dregs,
		[VTX_GROUP_MSRS] = dump_msrs,
		[VTX_GROUP_EVENTS] = dump_events,
	};
	unsigned int i;

	for (i = 0; i < VTX_GROUP_COUNT; i++)
		if (print[i] && (vcpu->run->valid & VTX_GROUP_BIT(i)))
			print[i](vcpu, out);
}
