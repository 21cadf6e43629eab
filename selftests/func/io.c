// SPDX-License-Identifier: GPL-2.0-only
/* Port I/O: every size in both directions, answers, and what is left to userspace. */
#include "guest.h"

#define PORT 0x1234

static volatile __u64 got[3];
static char string[16] = "abcdefgh";

FIXTURE(io)
{
	struct vt vt;
	struct vt_vcpu *vcpu;
	struct vtx_run *run;
};

FIXTURE_SETUP(io)
{
	vt_boot(&self->vt, NULL);
	self->vcpu = &self->vt.vcpu[0];
	self->run = self->vcpu->run;
}

FIXTURE_TEARDOWN(io)
{
	vt_destroy(&self->vt);
}

static GUEST void out_all(void)
{
	asm volatile("out %%al, %%dx; out %%ax, %%dx; out %%eax, %%dx; out %%al, $0x80"
		     : : "a"(0x1122334455667788), "d"(PORT));
	guest_done();
}

#define EXPECT_IO(number, bytes, out) \
	do { \
		ASSERT_EQ(VTX_EXIT_IO, vt_exit(self->vcpu)); \
		EXPECT_EQ(number, self->run->io.port); \
		EXPECT_EQ(bytes, self->run->io.size); \
		EXPECT_EQ(out, self->run->io.write); \
		EXPECT_EQ(0, self->run->io.reserved); \
		EXPECT_EQ(30, self->run->hw_reason); \
	} while (0)

TEST_F(io, out)
{
	vt_enter64(self->vcpu, out_all, 0);
	EXPECT_IO(PORT, 1, 1);
	EXPECT_EQ(0x88, self->run->io.data);
	EXPECT_IO(PORT, 2, 1);
	EXPECT_EQ(0x7788, self->run->io.data);
	EXPECT_IO(PORT, 4, 1);
	EXPECT_EQ(0x55667788, self->run->io.data);
	EXPECT_IO(0x80, 1, 1);
	vt_until_done(self->vcpu);
}

/* Only the answered bytes of RAX change, but that 32 bits clear the upper half */
static GUEST void in_all(void)
{
	__u64 rax = 0x1122334455667788;

	asm volatile("in %%dx, %%al" : "+a"(rax) : "d"(PORT));
	got[0] = rax;
	rax = 0x1122334455667788;
	asm volatile("in %%dx, %%ax" : "+a"(rax) : "d"(PORT));
	got[1] = rax;
	rax = 0x1122334455667788;
	asm volatile("in %%dx, %%eax" : "+a"(rax) : "d"(PORT));
	got[2] = rax;
	guest_done();
}

TEST_F(io, in)
{
	vt_enter64(self->vcpu, in_all, 0);
	EXPECT_IO(PORT, 1, 0);
	self->run->io.data = ~0x15ULL;
	EXPECT_IO(PORT, 2, 0);
	self->run->io.data = ~0x1512ULL;
	EXPECT_IO(PORT, 4, 0);
	self->run->io.data = ~0x15121314ULL;
	vt_until_done(self->vcpu);
	EXPECT_EQ(0x11223344556677ea, got[0]);
	EXPECT_EQ(0x112233445566eaed, got[1]);
	EXPECT_EQ(0xeaedeceb, got[2]);
}

/* The answer is data alone: size, port and direction are the kernel's own */
TEST_F(io, only_data_is_taken_from_the_answer)
{
	vt_enter64(self->vcpu, in_all, 0);
	EXPECT_IO(PORT, 1, 0);
	self->run->io.size = 8;
	self->run->io.write = 1;
	self->run->io.port = 0xffff;
	self->run->exit_reason = VTX_EXIT_MMIO;
	self->run->io.data = ~0ULL;
	EXPECT_IO(PORT, 2, 0);
	self->run->io.size = 0;
	EXPECT_IO(PORT, 4, 0);
	vt_until_done(self->vcpu);
	EXPECT_EQ(0x11223344556677ff, got[0]);
	EXPECT_EQ(0x1122334455660000, got[1] & ~0xffffULL);
}

/* Completed by a RUN that runs nothing */
TEST_F(io, completed_by_immediate_exit)
{
	vt_enter64(self->vcpu, in_all, 0);
	EXPECT_IO(PORT, 1, 0);
	self->run->io.data = 0x99;
	vt_fetch(self->vcpu, VT_GROUP(GPRS));
	EXPECT_EQ(0x1122334455667799, self->vcpu->gprs->gpr[VTX_RAX]);
	/* once, not again by the next */
	self->run->io.data = 0x11;
	vt_fetch(self->vcpu, VT_GROUP(GPRS));
	EXPECT_EQ(0x1122334455667799, self->vcpu->gprs->gpr[VTX_RAX]);
}

/* A refused RUN has not taken the answer: mended, it still counts */
TEST_F(io, refused_run_keeps_the_answer)
{
	vt_enter64(self->vcpu, in_all, 0);
	EXPECT_IO(PORT, 1, 0);
	self->run->io.data = 0x99;
	self->run->flags = 1;
	EXPECT_EQ(-EINVAL, vt_run(self->vcpu));
	self->run->flags = 0;
	EXPECT_IO(PORT, 2, 0);
	EXPECT_IO(PORT, 4, 0);
	vt_until_done(self->vcpu);
	EXPECT_EQ(0x1122334455667799, got[0]);
}

static GUEST void many_ports(void)
{
	for (__u32 port = 0; port < 0x10000; port += 0x101)
		outb(port, port >> 8);
	guest_done();
}

TEST_F(io, every_port_exits)
{
	vt_enter64(self->vcpu, many_ports, 0);
	for (__u32 port = 0; port < 0x10000; port += 0x101) {
		EXPECT_IO(port, 1, 1);
		EXPECT_EQ(port >> 8, self->run->io.data);
	}
	vt_until_done(self->vcpu);
}

/* String I/O is for userspace to carry out */
static GUEST void string_io(void)
{
	char *s = string;

	asm volatile("outsb" : "+S"(s) : "d"(PORT) : "memory");
	GUEST_CHECK(s == string + 1);
	asm volatile("insb" : "+D"(s) : "d"(PORT) : "memory");
	GUEST_CHECK(s == string + 2 && string[1] == 'z');
	guest_done();
}

TEST_F(io, strings_leave_as_emulate)
{
	vt_enter64(self->vcpu, string_io, 0);
	self->run->want = VT_GROUP(GPRS);
	ASSERT_EQ(VTX_EXIT_EMULATE, vt_exit(self->vcpu));
	EXPECT_EQ(~0ULL, self->run->emulate.gpa);
	EXPECT_LE(1, self->run->emulate.insn_len);
	EXPECT_EQ(0x6e, self->run->emulate.insn[0]);
	EXPECT_EQ((__u64)string, self->vcpu->gprs->gpr[VTX_RSI]);
	self->vcpu->gprs->gpr[VTX_RSI]++;
	self->vcpu->gprs->rip++;
	self->run->dirty = VT_GROUP(GPRS);
	ASSERT_EQ(VTX_EXIT_EMULATE, vt_exit(self->vcpu));
	EXPECT_EQ(0x6c, self->run->emulate.insn[0]);
	string[1] = 'z';
	self->vcpu->gprs->gpr[VTX_RDI]++;
	self->vcpu->gprs->rip++;
	self->run->dirty = VT_GROUP(GPRS);
	vt_until_done(self->vcpu);
}

VT_MAIN
