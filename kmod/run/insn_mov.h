/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decoder of plain loads and stores: the MOV family with a memory operand.
 *
 * That is all the guest code which the kernel interprets. The address is known
 * from the EPT violation, so the operand is parsed only to find its length.
 */
#ifndef VTX_RUN_INSN_MOV_H
#define VTX_RUN_INSN_MOV_H

#include <linux/types.h>

enum insn_mode {
	INSN_16,
	INSN_32,
	INSN_64,
};

struct mov_insn {
	u8 length;	/* of the whole instruction */
	bool store;	/* register or immediate to memory */
	u8 size;	/* bytes in memory: 1, 2, 4 or 8 */
	u8 reg;		/* register number 0 to 15 */
	u8 reg_size;	/* bytes of the register that a load writes */
	bool high;	/* AH, CH, DH, BH: bits 15:8 of @reg */
	bool sign;	/* a load extends the sign */
	bool has_imm;	/* a store of @imm */
	u64 imm;
};

/* 0, or -EINVAL: not a plain load or store, or not all of its bytes are there. */
int mov_decode(const u8 *bytes, int count, enum insn_mode mode, struct mov_insn *insn);

/* The value of a store, given the register; the register after a load of @data. */
u64 mov_store_value(const struct mov_insn *insn, u64 reg);
u64 mov_load_value(const struct mov_insn *insn, u64 reg, u64 data);

#endif /* VTX_RUN_INSN_MOV_H */
