// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupt messages: what an MSI or an ICR says, and whom it addresses
 * (SDM Vol. 3, 11.6 and 11.11).
 *
 * An 8-bit destination of all ones means all APICs. The sender's side widens it
 * to LAPIC_BROADCAST, so that APIC 255 of x2APIC mode can be addressed, and
 * nobody behind needs to know how wide the sender's destinations are.
 */
#include <linux/errno.h>

#include "lapic_priv.h"

static u32 wide_dest(u8 dest)
{
	return dest == 0xff ? LAPIC_BROADCAST : dest;
}

static bool matches_logical(const struct lapic *l, u32 dest)
{
	u32 ldr = lapic_get(l, LAPIC_LDR);

	/* x2APIC: a cluster, and a set of its 16 APICs. */
	if (lapic_in_x2apic(l))
		return dest >> 16 == ldr >> 16 && dest & ldr & 0xffff;
	ldr >>= 24;
	switch (lapic_get(l, LAPIC_DFR)) {
	case LAPIC_DFR_FLAT:
		return dest & ldr;
	case LAPIC_DFR_CLUSTER:
		return dest >> 4 == ldr >> 4 && dest & ldr & 0xf;
	default:
		return false;
	}
}

static bool matches_dest(const struct lapic *l, u32 dest, bool logical)
{
	if (dest == LAPIC_BROADCAST)
		return true;
	if (logical)
		return matches_logical(l, dest);
	return dest == (lapic_in_x2apic(l) ? l->config.id : (u8)l->config.id);
}

bool lapic_matches(const struct lapic *l, u32 dest, bool logical,
		   enum lapic_shorthand shorthand, const struct lapic *from)
{
	if (!lapic_base_mode(l))
		return false;
	switch (shorthand) {
	case LAPIC_TO_SELF:
		return l == from;
	case LAPIC_TO_ALL:
		return true;
	case LAPIC_TO_OTHERS:
		return l != from;
	default:
		return matches_dest(l, dest, logical);
	}
}

int lapic_decode_msi(u64 address, u32 data, struct lapic_msg *msg)
{
	u8 mode = lapic_mode(data);

	if (address >> 20 != LAPIC_MSI_ADDRESS)
		return -ERANGE;
	if (data & LAPIC_MSI_RESERVED)
		return -EINVAL;
	if (mode != LAPIC_MODE_NMI) {
		if (mode > LAPIC_MODE_LOWEST || (u8)data < LAPIC_FIRST_VECTOR)
			return -EINVAL;
		/* "To one of those that are addressed" is what lowest priority means. */
		if (address & LAPIC_MSI_REDIRECT)
			mode = LAPIC_MODE_LOWEST;
	}
	/* The level bit (14) is not looked at: nobody sends the end of a level. */
	*msg = (struct lapic_msg) {
		.dest = wide_dest(address >> 12),
		.vector = data,
		.mode = mode,
		.logical = address & LAPIC_MSI_LOGICAL,
		.level = mode != LAPIC_MODE_NMI && data & LAPIC_MSI_LEVEL,
	};
	return 0;
}

/*
 * A message goes out even if its vector is illegal; the receiver refuses it.
 *
 * Shorthands with other than fixed interrupts, which table 11-3 calls invalid,
 * are taken at their word. IPIs are edges, whatever the ICR says (same table).
 */
void lapic_send_icr(struct lapic *l)
{
	u32 icr = lapic_get(l, LAPIC_ICR);
	u32 high = lapic_get(l, LAPIC_ICR_HIGH);
	struct lapic_msg msg = {
		.dest = lapic_in_x2apic(l) ? high : wide_dest(high >> 24),
		.vector = icr,
		.mode = lapic_mode(icr),
		.logical = icr & LAPIC_ICR_LOGICAL,
	};

	if (msg.mode <= LAPIC_MODE_LOWEST && msg.vector < LAPIC_FIRST_VECTOR)
		lapic_error(l, LAPIC_ESR_SEND_VECTOR);
	if (lapic_matches(l, msg.dest, msg.logical, icr >> 18 & 3, l))
		lapic_deliver_msg(l, &msg);
}

/* A write to SELF_IPI (11.12.11): an ICR write of a fixed interrupt to self, but shorter. */
void lapic_send_self(struct lapic *l, u8 vector)
{
	if (vector < LAPIC_FIRST_VECTOR)
		lapic_error(l, LAPIC_ESR_SEND_VECTOR);
	lapic_deliver(l, vector, false);
}
