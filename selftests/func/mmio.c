// SPDX-License-Identifier: GPL-2.0-only
/*
 * MMIO: each plain load and store that the kernel decodes, and others, which it
 * leaves to userspace with their bytes.
 *
 * Each form below is one instruction followed by "out %al, $0x80".  It starts
 * with a pattern in the general registers that differs in each byte, but RBX,
 * which points to MMIO, R12 and R13, which do so too, and RCX, which is 4.
 */
#include "guest.h"

#define BASE		(VT_MMIO + 0x100)
#define GS_BASE		0x1000
#define ANSWER		0xf1e2d3c4b5a69788ULL

enum kind {
	STORE,		/* the register's low bytes, or the constant */
	LOAD,		/* replaces the register's low bytes; 4 clear the upper half */
	ZERO_EXTEND,	/* to the whole register but in the 16-bit form */
	SIGN_EXTEND,
};

#define HIGH	0x100	/* AH to BH: the second byte of a register */
#define IMM	-1

/* name, instruction, kind, size of the access, register, its bytes, gpa, constant */
#define FORMS(F) \
	F(st1, "movb %al, (%rbx)", STORE, 1, VTX_RAX, 1, BASE, 0) \
	F(st2, "movw %ax, (%rbx)", STORE, 2, VTX_RAX, 2, BASE, 0) \
	F(st4, "movl %eax, (%rbx)", STORE, 4, VTX_RAX, 4, BASE, 0) \
	F(st8, "movq %rax, (%rbx)", STORE, 8, VTX_RAX, 8, BASE, 0) \
	F(st_ah, "movb %ah, (%rbx)", STORE, 1, VTX_RAX | HIGH, 1, BASE, 0) \
	F(st_dh, "movb %dh, (%rbx)", STORE, 1, VTX_RDX | HIGH, 1, BASE, 0) \
	F(st_sil, "movb %sil, (%rbx)", STORE, 1, VTX_RSI, 1, BASE, 0) \
	F(st_bpl, "movb %bpl, (%rbx)", STORE, 1, VTX_RBP, 1, BASE, 0) \
	F(st_r9b, "movb %r9b, (%rbx)", STORE, 1, VTX_R9, 1, BASE, 0) \
	F(st_r8w, "movw %r8w, (%rbx)", STORE, 2, VTX_R8, 2, BASE, 0) \
	F(st_r15, "movq %r15, (%rbx)", STORE, 8, VTX_R15, 8, BASE, 0) \
	F(imm1, "movb $0x5a, (%rbx)", STORE, 1, IMM, 1, BASE, 0x5a) \
	F(imm2, "movw $0x5aa5, (%rbx)", STORE, 2, IMM, 2, BASE, 0x5aa5) \
	F(imm4, "movl $0x89abcdef, (%rbx)", STORE, 4, IMM, 4, BASE, 0x89abcdef) \
	F(imm8, "movq $-2, (%rbx)", STORE, 8, IMM, 8, BASE, -2ULL) \
	F(imm8p, "movq $0x7fffffff, 8(%rbx)", STORE, 8, IMM, 8, BASE + 8, 0x7fffffff) \
	F(st_moffs1, "movabs %al, 0x70000100", STORE, 1, VTX_RAX, 1, BASE, 0) \
	F(st_moffs2, "movabs %ax, 0x70000100", STORE, 2, VTX_RAX, 2, BASE, 0) \
	F(st_moffs4, "movabs %eax, 0x70000100", STORE, 4, VTX_RAX, 4, BASE, 0) \
	F(st_moffs8, "movabs %rax, 0x70000100", STORE, 8, VTX_RAX, 8, BASE, 0) \
	F(ld1, "movb (%rbx), %dl", LOAD, 1, VTX_RDX, 1, BASE, 0) \
	F(ld2, "movw (%rbx), %dx", LOAD, 2, VTX_RDX, 2, BASE, 0) \
	F(ld4, "movl (%rbx), %edx", LOAD, 4, VTX_RDX, 4, BASE, 0) \
	F(ld8, "movq (%rbx), %rdx", LOAD, 8, VTX_RDX, 8, BASE, 0) \
	F(ld_dh, "movb (%rbx), %dh", LOAD, 1, VTX_RDX | HIGH, 1, BASE, 0) \
	F(ld_ch, "movb (%rbx), %ch", LOAD, 1, VTX_RCX | HIGH, 1, BASE, 0) \
	F(ld_dil, "movb (%rbx), %dil", LOAD, 1, VTX_RDI, 1, BASE, 0) \
	F(ld_r10b, "movb (%rbx), %r10b", LOAD, 1, VTX_R10, 1, BASE, 0) \
	F(ld_r11w, "movw (%rbx), %r11w", LOAD, 2, VTX_R11, 2, BASE, 0) \
	F(ld_r11d, "movl (%rbx), %r11d", LOAD, 4, VTX_R11, 4, BASE, 0) \
	F(ld_r14, "movq (%rbx), %r14", LOAD, 8, VTX_R14, 8, BASE, 0) \
	F(ld_self, "movq (%rbx), %rbx", LOAD, 8, VTX_RBX, 8, BASE, 0) \
	F(ld_moffs1, "movabs 0x70000100, %al", LOAD, 1, VTX_RAX, 1, BASE, 0) \
	F(ld_moffs2, "movabs 0x70000100, %ax", LOAD, 2, VTX_RAX, 2, BASE, 0) \
	F(ld_moffs4, "movabs 0x70000100, %eax", LOAD, 4, VTX_RAX, 4, BASE, 0) \
	F(ld_moffs8, "movabs 0x70000100, %rax", LOAD, 8, VTX_RAX, 8, BASE, 0) \
	F(zx12, "movzbw (%rbx), %dx", ZERO_EXTEND, 1, VTX_RDX, 2, BASE, 0) \
	F(zx14, "movzbl (%rbx), %edx", ZERO_EXTEND, 1, VTX_RDX, 4, BASE, 0) \
	F(zx18, "movzbq (%rbx), %rdx", ZERO_EXTEND, 1, VTX_RDX, 8, BASE, 0) \
	F(zx24, "movzwl (%rbx), %edx", ZERO_EXTEND, 2, VTX_RDX, 4, BASE, 0) \
	F(zx28, "movzwq (%rbx), %r9", ZERO_EXTEND, 2, VTX_R9, 8, BASE, 0) \
	F(sx12, "movsbw (%rbx), %dx", SIGN_EXTEND, 1, VTX_RDX, 2, BASE, 0) \
	F(sx14, "movsbl (%rbx), %edx", SIGN_EXTEND, 1, VTX_RDX, 4, BASE, 0) \
	F(sx18, "movsbq (%rbx), %rdx", SIGN_EXTEND, 1, VTX_RDX, 8, BASE, 0) \
	F(sx24, "movswl (%rbx), %edx", SIGN_EXTEND, 2, VTX_RDX, 4, BASE, 0) \
	F(sx28, "movswq (%rbx), %rdx", SIGN_EXTEND, 2, VTX_RDX, 8, BASE, 0) \
	F(sx48, "movslq (%rbx), %r8", SIGN_EXTEND, 4, VTX_R8, 8, BASE, 0) \
	F(disp8, "movl 0x10(%rbx), %edx", LOAD, 4, VTX_RDX, 4, BASE + 0x10, 0) \
	F(disp8n, "movl -0x80(%rbx), %edx", LOAD, 4, VTX_RDX, 4, BASE - 0x80, 0) \
	F(disp32, "movl 0x2000(%rbx), %edx", LOAD, 4, VTX_RDX, 4, BASE + 0x2000, 0) \
	F(sib, "movl (%rbx,%rcx,8), %edx", LOAD, 4, VTX_RDX, 4, BASE + 32, 0) \
	F(sib_d, "movw %ax, 0x20(%rbx,%rcx,2)", STORE, 2, VTX_RAX, 2, BASE + 40, 0) \
	F(sib_nb, "movl 0x70000100(,%rcx,4), %edx", LOAD, 4, VTX_RDX, 4, BASE + 16, 0) \
	F(sib_abs, "movl 0x70000104, %edx", LOAD, 4, VTX_RDX, 4, BASE + 4, 0) \
	F(r12, "movl (%r12), %edx", LOAD, 4, VTX_RDX, 4, BASE, 0) \
	F(r13, "movl (%r13), %edx", LOAD, 4, VTX_RDX, 4, BASE, 0) \
	F(rip, "movl 0x70000000(%rip), %edx", LOAD, 4, VTX_RDX, 4, \
	  VT_MMIO + (__u64)form_rip + 6, 0) \
	F(rip_imm, "movl $7, 0x70000000(%rip)", STORE, 4, IMM, 4, \
	  VT_MMIO + (__u64)form_rip_imm + 10, 7) \
	F(addr32, "movl (%ebx), %edx", LOAD, 4, VTX_RDX, 4, BASE, 0) \
	F(gs, "movl %gs:(%rbx), %edx", LOAD, 4, VTX_RDX, 4, BASE + GS_BASE, 0) \
	F(unaligned, "movl %eax, 3(%rbx)", STORE, 4, VTX_RAX, 4, BASE + 3, 0)

#define FORM_CODE(name, text, ...) \
	asm(".text\nform_" #name ": " text "\n	out %al, $0x80\n"); \
	extern char form_##name[];
FORMS(FORM_CODE)

struct form {
	const char *text;
	char *code;
	enum kind kind;
	__u32 size;
	int reg;
	__u32 reg_bytes;
	__u64 gpa;
	__u64 constant;
};

#define FORM_ROW(name, text, ...) { text, form_##name, __VA_ARGS__ },
static const struct form forms[] = { FORMS(FORM_ROW) };

FIXTURE(mmio)
{
	struct vt vt;
	struct vt_vcpu *vcpu;
	struct vtx_run *run;
};

FIXTURE_SETUP(mmio)
{
	vt_boot(&self->vt, NULL);
	self->vcpu = &self->vt.vcpu[0];
	self->run = self->vcpu->run;
	self->run->want = VT_GROUP(GPRS);
}

FIXTURE_TEARDOWN(mmio)
{
	vt_destroy(&self->vt);
}

static __u64 low(__u64 value, __u32 bytes)
{
	return bytes == 8 ? value : value & ((1ULL << 8 * bytes) - 1);
}

static __u64 sign_extend(__u64 value, __u32 bytes)
{
	return (__s64)(value << (64 - 8 * bytes)) >> (64 - 8 * bytes);
}

static void enter_code(struct vt_vcpu *vcpu, char *code)
{
	__u64 *gpr = vcpu->gprs->gpr;

	vt_enter64(vcpu, (void (*)(void))code, 0);
	for (int i = 0; i < VTX_GPR_COUNT; i++) {
		if (i != VTX_RSP)
			gpr[i] = 0x8182838485868788ULL + i * 0x0101010101010101ULL;
	}
	gpr[VTX_RBX] = BASE;
	gpr[VTX_R12] = BASE;
	gpr[VTX_R13] = BASE;
	gpr[VTX_RCX] = 4;
	vcpu->segs->seg[VTX_SEG_GS].base = GS_BASE;
}

static __u64 stored(const struct form *form, const struct vtx_gprs *gprs)
{
	if (form->reg == IMM)
		return form->constant;
	if (form->reg & HIGH)
		return gprs->gpr[form->reg & ~HIGH] >> 8 & 0xff;
	return low(gprs->gpr[form->reg], form->size);
}

/* What the register holds after a load of ANSWER */
static __u64 loaded(const struct form *form, __u64 before)
{
	__u64 value = low(ANSWER, form->size);

	if (form->reg & HIGH)
		return (before & ~0xff00ULL) | value << 8;
	if (form->kind == SIGN_EXTEND)
		value = low(sign_extend(value, form->size), form->reg_bytes);
	if (form->reg_bytes < 4)
		return (before & ~low(~0ULL, form->reg_bytes)) | value;
	return value;
}

TEST_F(mmio, plain_moves)
{
	struct vtx_gprs want;

	for (unsigned int i = 0; i < ARRAY_SIZE(forms); i++) {
		const struct form *form = &forms[i];
		__u64 *reg = &want.gpr[form->reg & ~HIGH & 15];

		TH_LOG("%s", form->text);
		enter_code(self->vcpu, form->code);
		want = *self->vcpu->gprs;
		ASSERT_EQ(VTX_EXIT_MMIO, vt_exit(self->vcpu));
		EXPECT_EQ(form->gpa, self->run->mmio.gpa);
		EXPECT_EQ(form->size, self->run->mmio.size);
		EXPECT_EQ(form->kind == STORE, self->run->mmio.write);
		if (form->kind == STORE) {
			EXPECT_EQ(stored(form, &want), self->run->mmio.data);
		} else {
			/* the bytes above the size are ignored */
			self->run->mmio.data = ANSWER;
			*reg = loaded(form, *reg);
		}
		ASSERT_EQ(VTX_EXIT_IO, vt_exit(self->vcpu));
		EXPECT_EQ(0x80, self->run->io.port);
		EXPECT_EQ(0, memcmp(want.gpr, self->vcpu->gprs->gpr, sizeof(want.gpr)));
	}
}

/* Size, address and register of the answer are the kernel's own */
TEST_F(mmio, only_data_is_taken_from_the_answer)
{
	enter_code(self->vcpu, form_ld4);
	ASSERT_EQ(VTX_EXIT_MMIO, vt_exit(self->vcpu));
	memset(self->run->pad, 0xff, sizeof(self->run->pad));
	ASSERT_EQ(VTX_EXIT_IO, vt_exit(self->vcpu));
	EXPECT_EQ(0xffffffff, self->vcpu->gprs->gpr[VTX_RDX]);
}

/* Other instructions: text, length, what the access was at least, where */
#define OTHERS(F) \
	F(add_m, "addl %eax, (%rbx)", 2, VTX_ACCESS_WRITE, BASE) \
	F(add_r, "addl (%rbx), %eax", 2, VTX_ACCESS_READ, BASE) \
	F(cmp, "cmpl $0, (%rbx)", 3, VTX_ACCESS_READ, BASE) \
	F(test, "testb $1, (%rbx)", 3, VTX_ACCESS_READ, BASE) \
	F(xchg, "xchgl %eax, (%rbx)", 2, VTX_ACCESS_WRITE, BASE) \
	F(lock_or, "lock orl $1, (%rbx)", 4, VTX_ACCESS_WRITE, BASE) \
	F(push, "pushq (%rbx)", 2, VTX_ACCESS_READ, BASE) \
	F(call, "callq *(%rbx)", 2, VTX_ACCESS_READ, BASE) \
	F(movups_st, "movups %xmm0, (%rbx)", 3, VTX_ACCESS_WRITE, BASE) \
	F(movups_ld, "movups (%rbx), %xmm0", 3, VTX_ACCESS_READ, BASE) \
	F(bsf, "bsfl (%rbx), %eax", 3, VTX_ACCESS_READ, BASE) \
	F(fnstcw, "fnstcw (%rbx)", 2, VTX_ACCESS_WRITE, BASE)

#define OTHER_CODE(name, text, ...) \
	asm(".text\nother_" #name ": " text "\n	out %al, $0x80\n"); \
	extern char other_##name[];
OTHERS(OTHER_CODE)

static const struct other {
	const char *text;
	char *code;
	__u32 bytes;
	__u32 access;
	__u64 gpa;
} others[] = {
#define OTHER_ROW(name, text, ...) { text, other_##name, __VA_ARGS__ },
	OTHERS(OTHER_ROW)
};

/* Userspace "carries out" each by stepping over it */
TEST_F(mmio, other_instructions)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(others); i++) {
		const struct other *other = &others[i];

		TH_LOG("%s", other->text);
		enter_code(self->vcpu, other->code);
		ASSERT_EQ(VTX_EXIT_EMULATE, vt_exit(self->vcpu));
		EXPECT_EQ(other->gpa, self->run->emulate.gpa);
		EXPECT_EQ(other->access, self->run->emulate.access & other->access);
		EXPECT_EQ(0, self->run->emulate.access & VTX_ACCESS_FETCH);
		EXPECT_LE(other->bytes, self->run->emulate.insn_len);
		EXPECT_GE(15, self->run->emulate.insn_len);
		EXPECT_EQ(0, memcmp(self->run->emulate.insn, other->code, other->bytes));
		EXPECT_EQ((__u64)other->code, self->vcpu->gprs->rip);
		self->vcpu->gprs->rip += other->bytes;
		self->run->dirty = VT_GROUP(GPRS);
		ASSERT_EQ(VTX_EXIT_IO, vt_exit(self->vcpu));
		EXPECT_EQ(0x80, self->run->io.port);
	}
}

/* Half of the access is on another page: no single piece of data */
asm(".text\ncrossing: movl %eax, 0xefe(%rbx)\n");
extern char crossing[];

TEST_F(mmio, across_two_pages)
{
	enter_code(self->vcpu, crossing);
	ASSERT_EQ(VTX_EXIT_EMULATE, vt_exit(self->vcpu));
	EXPECT_TRUE(self->run->emulate.gpa == BASE + 0xefe ||
		    self->run->emulate.gpa == BASE + 0xf00);
	EXPECT_EQ(VTX_ACCESS_WRITE, self->run->emulate.access & VTX_ACCESS_WRITE);
}

/* Nothing was executed: run again, it is the same exit again */
TEST_F(mmio, emulate_changes_nothing)
{
	struct vtx_gprs before;

	enter_code(self->vcpu, other_push);
	before = *self->vcpu->gprs;
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(VTX_EXIT_EMULATE, vt_exit(self->vcpu));
		EXPECT_EQ(0, memcmp(before.gpr, self->vcpu->gprs->gpr, sizeof(before.gpr)));
		EXPECT_EQ(before.rip, self->vcpu->gprs->rip);
	}
}

VT_MAIN
