// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest changes its own mode: from reset and real mode to protected mode, to
 * long mode, and back.  real_start[] runs at RUN_AT of 1 MiB of memory:
 *
 *	0x1000  code		0x3000  page tables (three pages)
 *	0x2000  GDT		0x8000  stack (downwards)
 *
 * and tells each mode that it reaches by its number on port 0x80.
 */
#include "guest.h"

#define LOW_BYTES	0x100000
#define RUN_AT		0x1000
#define GDT_AT		0x2000
#define TABLES_AT	0x3000

asm(".text\n"
	".code16\n"
	"real_start:\n"
	"	xor %ax, %ax\n"
	"	mov %ax, %ds\n"
	"	mov %ax, %ss\n"
	"	mov $0x8000, %sp\n"
	"	mov $1, %al\n"
	"	out %al, $0x80\n"
	"	lgdtl 0x2100\n"
	"	mov %cr0, %eax\n"
	"	or $1, %al\n"
	"	mov %eax, %cr0\n"
	"	ljmpl $0x08, $(protected_start - real_start + 0x1000)\n"
	".code32\n"
	"protected_start:\n"
	"	mov $0x10, %eax\n"
	"	mov %eax, %ds\n"
	"	mov %eax, %es\n"
	"	mov %eax, %ss\n"
	"	mov $2, %al\n"
	"	out %al, $0x80\n"
	"	mov $0x3000, %eax\n"
	"	mov %eax, %cr3\n"
	"	mov %cr4, %eax\n"
	"	or $0x20, %eax\n"
	"	mov %eax, %cr4\n"
	"	mov $0xc0000080, %ecx\n"
	"	rdmsr\n"
	"	or $0x100, %eax\n"
	"	wrmsr\n"
	"	mov %cr0, %eax\n"
	"	or $0x80000000, %eax\n"
	"	mov %eax, %cr0\n"
	"	ljmpl $0x18, $(long_start - real_start + 0x1000)\n"
	".code64\n"
	"long_start:\n"
	"	movabs $0x1122334455667788, %rbx\n"
	"	mov $3, %al\n"
	"	out %al, $0x80\n"
	"	ljmpl *back - real_start + 0x1000\n"
	"back:\n"
	"	.long compat_start - real_start + 0x1000\n"
	"	.word 0x08\n"
	".code32\n"
	"compat_start:\n"
	"	mov $4, %al\n"
	"	out %al, $0x80\n"
	"	mov %cr0, %eax\n"
	"	and $0x7fffffff, %eax\n"
	"	mov %eax, %cr0\n"
	"	mov $0xc0000080, %ecx\n"
	"	rdmsr\n"
	"	and $~0x100, %eax\n"
	"	wrmsr\n"
	"	mov $5, %al\n"
	"	out %al, $0x80\n"
	"	ljmpl $0x20, $(bits16_start - real_start + 0x1000)\n"
	".code16\n"
	"bits16_start:\n"
	"	mov $0x28, %ax\n"
	"	mov %ax, %ds\n"
	"	mov %ax, %ss\n"
	"	mov %cr0, %eax\n"
	"	and $0xfe, %al\n"
	"	mov %eax, %cr0\n"
	"	ljmp $0, $(real_again - real_start + 0x1000)\n"
	"real_again:\n"
	"	mov $6, %al\n"
	"	out %al, $0x80\n"
	"	int $0x60\n"
	"	hlt\n"
	"handler_start:\n"
	"	mov $7, %al\n"
	"	out %al, $0x80\n"
	"	iret\n"
	"real_end:\n"
	".code64\n");
extern char real_start[], real_end[], handler_start[];

FIXTURE(modes)
{
	struct vt vt;
	struct vt_vcpu *vcpu;
	__u8 *low;
};

FIXTURE_SETUP(modes)
{
	vt_create(&self->vt, VTX_VM_NO_APIC);
	self->vcpu = vt_add_vcpu(&self->vt, 0);
	self->low = vt_alloc(LOW_BYTES);
	vt_map(&self->vt, 0, VT_RWX, 0, self->low, LOW_BYTES);
}

FIXTURE_TEARDOWN(modes)
{
	vt_destroy(&self->vt);
}

static void put64(__u8 *low, __u32 at, __u64 value)
{
	memcpy(low + at, &value, sizeof(value));
}

static void fill_low_memory(__u8 *low)
{
	static const __u64 gdt[] = {
		0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00af9b000000ffff,
		0x00009b000000ffff, 0x000093000000ffff,
	};
	__u32 handler = handler_start - real_start + RUN_AT;

	memcpy(low + RUN_AT, real_start, real_end - real_start);
	memcpy(low + GDT_AT, gdt, sizeof(gdt));
	/* limit and base, for LGDT */
	put64(low, GDT_AT + 0x100, (sizeof(gdt) - 1) | (__u64)GDT_AT << 16);
	put64(low, TABLES_AT, TABLES_AT + 0x1000 + 3);
	put64(low, TABLES_AT + 0x1000, TABLES_AT + 0x2000 + 3);
	put64(low, TABLES_AT + 0x2000, 0x83);
	/* real mode's vector 0x60 */
	memcpy(low + 0x60 * 4, &handler, sizeof(handler));
}

static void enter_real(struct vt_vcpu *vcpu, __u16 ip)
{
	vt_fetch(vcpu, VT_WRITABLE);
	vcpu->segs->seg[VTX_SEG_CS].selector = 0;
	vcpu->segs->seg[VTX_SEG_CS].base = 0;
	vcpu->gprs->rip = ip;
	vcpu->run->dirty = VT_GROUP(GPRS) | VT_GROUP(SEGS);
	vcpu->run->want = VT_GROUP(GPRS) | VT_GROUP(CREGS);
}

#define EXPECT_STAGE(number) \
	do { \
		ASSERT_EQ(VTX_EXIT_IO, vt_exit(self->vcpu)); \
		ASSERT_EQ(0x80, self->vcpu->run->io.port); \
		ASSERT_EQ(number, self->vcpu->run->io.data); \
	} while (0)

TEST_F(modes, real_to_long_and_back)
{
	struct vtx_cregs *cregs = self->vcpu->cregs;

	fill_low_memory(self->low);
	enter_real(self->vcpu, RUN_AT);
	EXPECT_STAGE(1);
	EXPECT_EQ(0, cregs->cr0 & 0x80000001);
	EXPECT_STAGE(2);
	EXPECT_EQ(1, cregs->cr0 & 0x80000001);
	EXPECT_EQ(0, cregs->efer & 0x500);
	EXPECT_STAGE(3);
	EXPECT_EQ(0x80000001, cregs->cr0 & 0x80000001);
	EXPECT_EQ(0x500, cregs->efer & 0x500);
	EXPECT_EQ(0x20, cregs->cr4 & 0x20);
	EXPECT_EQ(TABLES_AT, cregs->cr3);
	EXPECT_EQ(0x1122334455667788, self->vcpu->gprs->gpr[VTX_RBX]);
	EXPECT_STAGE(4);
	EXPECT_EQ(0x500, cregs->efer & 0x500);
	EXPECT_STAGE(5);
	EXPECT_EQ(1, cregs->cr0 & 0x80000001);
	EXPECT_EQ(0, cregs->efer & 0x500);
	EXPECT_STAGE(6);
	EXPECT_EQ(0, cregs->cr0 & 0x80000001);
	EXPECT_STAGE(7);
	EXPECT_EQ(VTX_EXIT_HLT, vt_exit(self->vcpu));
}

/* From power-on, not touched by userspace: F000:FFF0, 16 bytes below 4 GiB */
TEST_F(modes, reset_vector)
{
	__u8 *top = vt_alloc(VT_PAGE);

	vt_map(&self->vt, 1, VT_RWX, 0xfffff000, top, VT_PAGE);
	top[0xff0] = 0xf4;
	EXPECT_EQ(VTX_EXIT_HLT, vt_exit(self->vcpu));
	vt_fetch(self->vcpu, VT_GROUP(GPRS));
	EXPECT_EQ(0xfff1, self->vcpu->gprs->rip);
}

TEST_F(modes, run_without_memory)
{
	struct vtx_run *run = self->vcpu->run;

	ASSERT_EQ(0, vt_unmap(&self->vt, 0));
	ASSERT_EQ(VTX_EXIT_EMULATE, vt_exit(self->vcpu));
	EXPECT_EQ(0xfffffff0, run->emulate.gpa);
	EXPECT_EQ(VTX_ACCESS_FETCH, run->emulate.access);
	EXPECT_EQ(0, run->emulate.insn_len);
}

/* A far jump at the reset vector, as firmware has it */
TEST_F(modes, far_jump_from_reset)
{
	static const __u8 jump[] = { 0xea, 0x00, 0x10, 0x00, 0x00 };
	__u8 *top = vt_alloc(VT_PAGE);

	vt_map(&self->vt, 1, VT_RWX, 0xfffff000, top, VT_PAGE);
	memcpy(top + 0xff0, jump, sizeof(jump));
	fill_low_memory(self->low);
	EXPECT_STAGE(1);
}

static volatile __u64 faults;

static GUEST void after_fault(struct guest_frame *frame)
{
	faults++;
	frame->rip = frame->r15;
}

/* A move to a control register that must fault; RIP goes on behind it */
#define MUST_FAULT(insn, value) \
	do { \
		__u64 before = faults; \
		asm volatile("lea 1f(%%rip), %%r15; " insn "; 1:" \
			     : : "a"(value) : "r15", "memory"); \
		GUEST_CHECK(faults == before + 1); \
	} while (0)

static GUEST void illegal_control_values(void)
{
	guest_handler[13] = after_fault;
	/* PG without PE, NW without CD, reserved high bits */
	MUST_FAULT("mov %%rax, %%cr0", 0x80000010UL);
	MUST_FAULT("mov %%rax, %%cr0", read_cr0() | 0x20000000);
	MUST_FAULT("mov %%rax, %%cr0", read_cr0() | 1UL << 32);
	/* paging off in 64-bit mode */
	MUST_FAULT("mov %%rax, %%cr0", read_cr0() & ~0x80000000UL);
	/* VMX is not ours to give; reserved; no PAE in long mode */
	MUST_FAULT("mov %%rax, %%cr4", read_cr4() | 1 << 13);
	MUST_FAULT("mov %%rax, %%cr4", read_cr4() | 1UL << 63);
	MUST_FAULT("mov %%rax, %%cr4", read_cr4() & ~0x20UL);
	MUST_FAULT("mov %%rax, %%cr8", 16UL);
	guest_done();
}

TEST_F(modes, illegal_control_values)
{
	struct vt vt;

	vt_boot(&vt, illegal_control_values);
	vt_until_done(&vt.vcpu[0]);
	EXPECT_EQ(8, faults);
	vt_destroy(&vt);
}

/* Bits that the host needs itself read back as the guest wrote them */
static GUEST void owned_bits(void)
{
	__u64 cr0 = read_cr0();

	asm volatile("mov %0, %%cr0" : : "r"(cr0 & ~0x20UL) : "memory");
	GUEST_CHECK(read_cr0() == (cr0 & ~0x20UL));
	asm volatile("mov %0, %%cr0" : : "r"(cr0 | 8) : "memory");
	GUEST_CHECK(read_cr0() == (cr0 | 8));
	asm volatile("clts" : : : "memory");
	GUEST_CHECK(read_cr0() == cr0);
	write_cr4(read_cr4() | 0x80);
	GUEST_CHECK(read_cr4() & 0x80);
	GUEST_CHECK(!(read_cr4() & 1 << 13));
	guest_done();
}

TEST_F(modes, bits_read_back_as_written)
{
	struct vt vt;

	vt_boot(&vt, owned_bits);
	vt_until_done(&vt.vcpu[0]);
	vt_destroy(&vt);
}

/* A state that no CPU can enter is an exit that can be mended, not a dead VM */
TEST_F(modes, refused_entry)
{
	struct vt vt;

	vt_boot(&vt, owned_bits);
	/* virtual-8086 mode within long mode (SDM Vol. 3, 27.3.1.4) */
	vt.vcpu[0].gprs->rflags |= 1 << 17;
	ASSERT_EQ(VTX_EXIT_ENTRY_FAILED, vt_exit(&vt.vcpu[0]));
	EXPECT_EQ(33, vt.vcpu[0].run->entry_failed.hw_reason & 0xffff);
	EXPECT_EQ(0, vt.vcpu[0].run->entry_failed.insn_error);
	vt_enter64(&vt.vcpu[0], owned_bits, 0);
	vt_until_done(&vt.vcpu[0]);
	vt_destroy(&vt);
}

/* What was to be injected does not stay behind in a vCPU that was refused */
TEST_F(modes, refused_event)
{
	struct vt vt;

	vt_boot(&vt, owned_bits);
	/* an external interrupt, while RFLAGS.IF is clear (SDM Vol. 3, 27.3.1.4) */
	vt.vcpu[0].gprs->rflags &= ~(1ULL << 9);
	vt.vcpu[0].events->inject = VTX_EVENT_VALID | 0x40;
	vt.vcpu[0].run->dirty |= 1 << VTX_GROUP_EVENTS;
	ASSERT_EQ(VTX_EXIT_ENTRY_FAILED, vt_exit(&vt.vcpu[0]));
	EXPECT_EQ(33, vt.vcpu[0].run->entry_failed.hw_reason & 0xffff);
	vt.vcpu[0].events->inject = 0;
	vt.vcpu[0].run->dirty |= 1 << VTX_GROUP_EVENTS;
	vt_until_done(&vt.vcpu[0]);
	vt_destroy(&vt);
}

VT_MAIN
