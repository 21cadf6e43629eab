// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decoding of the MOV family (SDM Vol. 2, chapter 2 and appendix A). Pure: no
 * vCPU, no guest memory; also compiled in userspace for its unit test.
 *
 *	prefixes  [REX]  opcode (1 or 2 bytes)  ModRM  [SIB]  [disp]  [imm]
 *	                                     \__ or a moffs address for A0 to A3
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "insn_mov.h"

#define REX_W	BIT(3)
#define REX_R	BIT(2)

struct cursor {
	const u8 *bytes;
	int count;
	int pos;
};

struct prefixes {
	bool operand_size;
	bool address_size;
	u8 rex;
};

/* Operand size of a row: a fixed one, or by prefixes. */
enum { SIZE_BYTE = 1, SIZE_WORD = 2, SIZE_DWORD = 4, SIZE_OPERAND = 0 };

static const struct mov_row {
	u16 opcode;		/* 0x0fxx: two bytes */
	u8 size;		/* in memory */
	bool store;
	bool moffs;		/* address follows the opcode, register is rAX */
	bool imm;
	bool extend;		/* the register has the operand size, whatever @size */
	bool sign;
} mov_rows[] = {
	{ 0x88, SIZE_BYTE, .store = true },
	{ 0x89, SIZE_OPERAND, .store = true },
	{ 0x8a, SIZE_BYTE, .store = false },
	{ 0x8b, SIZE_OPERAND, .store = false },
	{ 0xa0, SIZE_BYTE, .moffs = true },
	{ 0xa1, SIZE_OPERAND, .moffs = true },
	{ 0xa2, SIZE_BYTE, .store = true, .moffs = true },
	{ 0xa3, SIZE_OPERAND, .store = true, .moffs = true },
	{ 0xc6, SIZE_BYTE, .store = true, .imm = true },
	{ 0xc7, SIZE_OPERAND, .store = true, .imm = true },
	{ 0x63, SIZE_DWORD, .extend = true, .sign = true },	/* MOVSXD, 64-bit mode only */
	{ 0x0fb6, SIZE_BYTE, .extend = true },
	{ 0x0fb7, SIZE_WORD, .extend = true },
	{ 0x0fbe, SIZE_BYTE, .extend = true, .sign = true },
	{ 0x0fbf, SIZE_WORD, .extend = true, .sign = true },
};

static int next_byte(struct cursor *c)
{
	return c->pos < c->count ? c->bytes[c->pos++] : -EINVAL;
}

static int skip_bytes(struct cursor *c, int n)
{
	c->pos += n;
	return c->pos <= c->count ? 0 : -EINVAL;
}

/*
 * Legacy prefixes in any order, then REX, which counts only right before the
 * opcode. Returns the first byte of the opcode. LOCK and REP have no business
 * in front of a plain MOV.
 */
static int parse_prefixes(struct cursor *c, enum insn_mode mode, struct prefixes *p)
{
	for (;;) {
		int byte = next_byte(c);

		switch (byte) {
		case 0x66:
			p->operand_size = true;
			break;
		case 0x67:
			p->address_size = true;
			break;
		case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65:
			break;
		case 0x40 ... 0x4f:
			if (mode != INSN_64)
				return byte;
			p->rex = byte;
			return next_byte(c);
		default:
			return byte;
		}
	}
}

static const struct mov_row *find_row(struct cursor *c, int opcode)
{
	size_t i;

	if (opcode == 0x0f) {
		opcode = next_byte(c);
		if (opcode < 0)
			return NULL;
		opcode |= 0x0f00;
	}
	for (i = 0; i < ARRAY_SIZE(mov_rows); i++)
		if (mov_rows[i].opcode == opcode)
			return &mov_rows[i];
	return NULL;
}

static int operand_size(const struct prefixes *p, enum insn_mode mode)
{
	if (p->rex & REX_W)
		return 8;
	return (mode == INSN_16) != p->operand_size ? 2 : 4;
}

static int address_size(const struct prefixes *p, enum insn_mode mode)
{
	if (mode == INSN_64)
		return p->address_size ? 4 : 8;
	return (mode == INSN_16) != p->address_size ? 2 : 4;
}

/* Bytes of displacement after a ModRM byte with 16-bit addresses (SDM Vol. 2, table 2-1). */
static int disp16_bytes(int mod, int rm)
{
	if (mod == 0)
		return rm == 6 ? 2 : 0;
	return mod;
}

/* Skips SIB and displacement: -EINVAL for a register operand. */
static int skip_memory_operand(struct cursor *c, int modrm, int addr_size)
{
	int mod = modrm >> 6, rm = modrm & 7, disp;

	if (mod == 3)
		return -EINVAL;
	if (addr_size == 2)
		return skip_bytes(c, disp16_bytes(mod, rm));

	disp = mod == 1 ? 1 : mod == 2 ? 4 : 0;
	if (rm == 4) {
		int sib = next_byte(c);

		if (sib < 0)
			return sib;
		/* No base register: a 32-bit displacement stands for it. */
		if (mod == 0 && (sib & 7) == 5)
			disp = 4;
	} else if (mod == 0 && rm == 5) {
		disp = 4;
	}
	return skip_bytes(c, disp);
}

/* An immediate has at most four bytes, and is sign-extended to eight. */
static int parse_imm(struct cursor *c, int size, u64 *imm)
{
	int n = min(size, 4), shift = 64 - 8 * n, i;
	u64 raw = 0;

	for (i = 0; i < n; i++) {
		int byte = next_byte(c);

		if (byte < 0)
			return byte;
		raw |= (u64)byte << (8 * i);
	}
	*imm = (u64)((s64)(raw << shift) >> shift);
	return 0;
}

static int parse_operand(struct cursor *c, const struct mov_row *row, const struct prefixes *p,
			 enum insn_mode mode, struct mov_insn *insn)
{
	int addr_size = address_size(p, mode);
	int modrm, reg;

	if (row->moffs) {
		insn->reg = 0;
		return skip_bytes(c, addr_size);
	}
	modrm = next_byte(c);
	if (modrm < 0)
		return modrm;
	reg = (modrm >> 3) & 7;
	if (row->imm) {
		/* C6 and C7 are groups: MOV is /0. */
		if (reg)
			return -EINVAL;
	} else if (insn->reg_size == 1 && !p->rex && reg >= 4) {
		insn->high = true;
		insn->reg = reg - 4;
	} else {
		insn->reg = reg | (p->rex & REX_R ? 8 : 0);
	}
	return skip_memory_operand(c, modrm, addr_size);
}

int mov_decode(const u8 *bytes, int count, enum insn_mode mode, struct mov_insn *insn)
{
	struct cursor c = { .bytes = bytes, .count = count };
	struct prefixes p = {};
	const struct mov_row *row;
	int opcode, err;

	memset(insn, 0, sizeof(*insn));
	opcode = parse_prefixes(&c, mode, &p);
	if (opcode < 0)
		return opcode;
	row = find_row(&c, opcode);
	/* Outside of 64-bit mode 63 is ARPL. */
	if (!row || (row->opcode == 0x63 && mode != INSN_64))
		return -EINVAL;

	insn->store = row->store;
	insn->sign = row->sign;
	insn->size = row->size ?: operand_size(&p, mode);
	insn->reg_size = row->extend ? operand_size(&p, mode) : insn->size;
	/* MOVSXD with a 16-bit operand reads 16 bits. */
	if (row->opcode == 0x63 && insn->reg_size < insn->size)
		insn->size = insn->reg_size;

	err = parse_operand(&c, row, &p, mode, insn);
	if (!err && row->imm) {
		insn->has_imm = true;
		err = parse_imm(&c, insn->size, &insn->imm);
	}
	if (err)
		return err;
	insn->length = c.pos;
	return 0;
}

static u64 size_mask(int size)
{
	return size == 8 ? ~0ULL : BIT_ULL(8 * size) - 1;
}

u64 mov_store_value(const struct mov_insn *insn, u64 reg)
{
	u64 value = insn->has_imm ? insn->imm : insn->high ? reg >> 8 : reg;

	return value & size_mask(insn->size);
}

/* SDM Vol. 1, 3.4.1.1: 32-bit results clear the upper half, smaller ones leave the rest. */
u64 mov_load_value(const struct mov_insn *insn, u64 reg, u64 data)
{
	int shift = 64 - 8 * insn->size;
	u64 mask;

	data &= size_mask(insn->size);
	if (insn->sign)
		data = (u64)((s64)(data << shift) >> shift);
	if (insn->reg_size >= 4)
		return data & size_mask(insn->reg_size);

	mask = size_mask(insn->reg_size);
	if (insn->high)
		return (reg & ~(mask << 8)) | (data & mask) << 8;
	return (reg & ~mask) | (data & mask);
}
