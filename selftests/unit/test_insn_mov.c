// SPDX-License-Identifier: GPL-2.0-only
/* The decoder of plain loads and stores. */
/* unit-src: kmod/run/insn_mov.c */
#include <string.h>

#include "kselftest_harness.h"
#include "run/insn_mov.h"

struct row {
	const char *bytes;
	int count;
	enum insn_mode mode;
	struct mov_insn insn;
};

#define BYTES(s)	s, sizeof(s) - 1

static const struct row decoded[] = {
	/* mov %al,(%rbx); mov %r9d,(%rbx); mov %eax,8(%rbx,%rcx,4); mov %rax,disp32(%rip) */
	{ BYTES("\x88\x03"), INSN_64, { .length = 2, .store = 1, .size = 1, .reg_size = 1 } },
	{ BYTES("\x44\x89\x0b"), INSN_64,
	  { .length = 3, .store = 1, .size = 4, .reg = 9, .reg_size = 4 } },
	{ BYTES("\x89\x44\x8b\x08"), INSN_64,
	  { .length = 4, .store = 1, .size = 4, .reg_size = 4 } },
	{ BYTES("\x48\x89\x05\x01\x02\x03\x04"), INSN_64,
	  { .length = 7, .store = 1, .size = 8, .reg_size = 8 } },
	/* mov %ah,(%rbx); mov %spl,(%rbx) */
	{ BYTES("\x88\x23"), INSN_64,
	  { .length = 2, .store = 1, .size = 1, .reg_size = 1, .high = 1 } },
	{ BYTES("\x40\x88\x23"), INSN_64,
	  { .length = 3, .store = 1, .size = 1, .reg = 4, .reg_size = 1 } },
	/* SIB without base: mov 0x10,%eax */
	{ BYTES("\x8b\x04\x25\x10\x00\x00\x00"), INSN_64,
	  { .length = 7, .size = 4, .reg_size = 4 } },
	/* movzbl (%rax),%ecx; movswq (%rax),%rcx; movslq (%rax),%rcx */
	{ BYTES("\x0f\xb6\x08"), INSN_64, { .length = 3, .size = 1, .reg = 1, .reg_size = 4 } },
	{ BYTES("\x48\x0f\xbf\x08"), INSN_64,
	  { .length = 4, .size = 2, .reg = 1, .reg_size = 8, .sign = 1 } },
	{ BYTES("\x48\x63\x08"), INSN_64,
	  { .length = 3, .size = 4, .reg = 1, .reg_size = 8, .sign = 1 } },
	/* movabs with its 64-bit address; with 67, of 32 bits */
	{ BYTES("\xa0\x01\x02\x03\x04\x05\x06\x07\x08"), INSN_64,
	  { .length = 9, .size = 1, .reg_size = 1 } },
	{ BYTES("\x67\xa3\x01\x02\x03\x04"), INSN_64,
	  { .length = 6, .store = 1, .size = 4, .reg_size = 4 } },
	/* movq $-1,(%rax): an immediate of four bytes; movw $0x1234,(%rax) */
	{ BYTES("\x48\xc7\x00\xff\xff\xff\xff"), INSN_64,
	  { .length = 7, .store = 1, .size = 8, .reg_size = 8, .has_imm = 1, .imm = ~0ULL } },
	{ BYTES("\x66\xc7\x00\x34\x12"), INSN_64,
	  { .length = 5, .store = 1, .size = 2, .reg_size = 2, .has_imm = 1, .imm = 0x1234 } },
	/* 16-bit code: mov %ax,(disp16); mov %eax,(%bx+disp8); with 67 the 32-bit forms */
	{ BYTES("\x89\x06\x34\x12"), INSN_16,
	  { .length = 4, .store = 1, .size = 2, .reg_size = 2 } },
	{ BYTES("\x66\x89\x47\x12"), INSN_16,
	  { .length = 4, .store = 1, .size = 4, .reg_size = 4 } },
	{ BYTES("\x67\x89\x00"), INSN_16, { .length = 3, .store = 1, .size = 2, .reg_size = 2 } },
	/* 32-bit code, with segment override and an absolute address */
	{ BYTES("\x64\x8b\x0d\x10\x00\x00\x00"), INSN_32,
	  { .length = 7, .size = 4, .reg = 1, .reg_size = 4 } },
};

TEST(plain_forms)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(decoded); i++) {
		const struct row *r = &decoded[i];
		struct mov_insn insn;

		EXPECT_EQ(0, mov_decode((const __u8 *)r->bytes, r->count, r->mode, &insn))
			TH_LOG("row %u", i);
		EXPECT_EQ(0, memcmp(&insn, &r->insn, sizeof(insn)))
			TH_LOG("row %u: length %u size %u reg %u", i, insn.length, insn.size,
			       insn.reg);
	}
}

/* The bytes end exactly where the instruction does; one less is none at all */
TEST(cut_short)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(decoded); i++) {
		const struct row *r = &decoded[i];

		for (int n = 0; n < r->count; n++) {
			struct mov_insn insn;
			__u8 *bytes = malloc(n + !n);

			memcpy(bytes, r->bytes, n);
			EXPECT_NE(0, mov_decode(bytes, n, r->mode, &insn))
				TH_LOG("row %u, %d bytes", i, n);
			free(bytes);
		}
	}
}

static const struct row refused[] = {
	{ BYTES("\x01\x03"), INSN_64, {} },			/* add */
	{ BYTES("\x89\xc3"), INSN_64, {} },			/* to a register */
	{ BYTES("\xf0\x89\x03"), INSN_64, {} },			/* lock */
	{ BYTES("\xf3\x89\x03"), INSN_64, {} },			/* rep */
	{ BYTES("\xa4"), INSN_64, {} },				/* movsb */
	{ BYTES("\xc7\x08\x00\x00\x00\x00"), INSN_64, {} },	/* C7 /1 */
	{ BYTES("\x63\x08"), INSN_32, {} },			/* arpl */
	{ BYTES("\x48\x89\x03"), INSN_32, {} },			/* dec %eax */
	{ BYTES("\x0f\x6f\x03"), INSN_64, {} },			/* movq to mm */
	{ BYTES("\x48\x66\x89\x03"), INSN_64, {} },		/* REX not next to the opcode */
	{ BYTES("\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66"), INSN_64, {} },
};

TEST(other_instructions)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(refused); i++) {
		struct mov_insn insn;

		EXPECT_NE(0, mov_decode((const __u8 *)refused[i].bytes, refused[i].count,
					refused[i].mode, &insn))
			TH_LOG("row %u", i);
	}
}

TEST(values)
{
	const __u64 old = 0x1122334455667788;
	static const struct {
		struct mov_insn insn;
		__u64 data, reg;
	} loads[] = {
		{ { .size = 1, .reg_size = 1 }, 0xffee, 0x11223344556677ee },
		{ { .size = 1, .reg_size = 1, .high = 1 }, 0xee, 0x112233445566ee88 },
		{ { .size = 2, .reg_size = 2 }, 0xeedd, 0x112233445566eedd },
		{ { .size = 4, .reg_size = 4 }, 0xffffffff80000000, 0x80000000 },
		{ { .size = 8, .reg_size = 8 }, 0x8000000000000000, 0x8000000000000000 },
		{ { .size = 1, .reg_size = 4, .sign = 1 }, 0x80, 0xffffff80 },
		{ { .size = 2, .reg_size = 8, .sign = 1 }, 0x8000, 0xffffffffffff8000 },
		{ { .size = 1, .reg_size = 2, .sign = 1 }, 0x80, 0x112233445566ff80 },
		{ { .size = 1, .reg_size = 8 }, 0x80, 0x80 },
	};
	struct mov_insn store = { .store = true, .size = 2, .reg_size = 2 };

	for (unsigned int i = 0; i < ARRAY_SIZE(loads); i++) {
		EXPECT_EQ(loads[i].reg, mov_load_value(&loads[i].insn, old, loads[i].data))
			TH_LOG("row %u", i);
	}

	EXPECT_EQ(0x7788, mov_store_value(&store, old));
	store.size = 1;
	store.high = true;
	EXPECT_EQ(0x77, mov_store_value(&store, old));
	store.has_imm = true;
	store.imm = ~0ULL;
	EXPECT_EQ(0xff, mov_store_value(&store, old));
}

/* Whatever the bytes are, the length is within them, and nothing is read behind */
TEST(random_bytes)
{
	unsigned int seed = 1;

	for (int round = 0; round < 200000; round++) {
		int count = rand_r(&seed) % 16;
		__u8 *bytes = malloc(count + !count);
		struct mov_insn insn;

		for (int i = 0; i < count; i++)
			bytes[i] = rand_r(&seed) >> 4;
		if (!mov_decode(bytes, count, rand_r(&seed) % 3, &insn)) {
			EXPECT_LE(insn.length, count);
			EXPECT_NE(0, insn.length);
			EXPECT_LE(insn.reg, 15);
		}
		free(bytes);
	}
}

TEST_HARNESS_MAIN
