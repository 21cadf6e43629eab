// SPDX-License-Identifier: GPL-2.0-only
/*
 * How an interrupt gets into a local APIC. Everything here may run in any
 * context, at the same time as the vCPU and as other senders: see lapic.h.
 */
#include "lapic_priv.h"

bool lapic_deliver(struct lapic *l, u8 vector, bool level)
{
	if (!lapic_accepts(l))
		return false;
	if (vector < LAPIC_FIRST_VECTOR) {
		lapic_error(l, LAPIC_ESR_RECEIVE_VECTOR);
		return false;
	}
	/* Before IRR, as the vCPU looks at TMR once it has served the interrupt. */
	if (test_bit(vector, l->tmr) != level) {
		if (level)
			set_bit(vector, l->tmr);
		else
			clear_bit(vector, l->tmr);
	}
	/* Not for its answer: set_bit() is no barrier, this is one on both sides. */
	test_and_set_bit(vector, l->irr);
	return true;
}

static bool latch_nmi(struct lapic *l)
{
	/* As in lapic_deliver(): a full barrier. NMIs that meet are one. */
	test_and_set_bit(0, &l->nmi);
	return true;
}

bool lapic_deliver_nmi(struct lapic *l)
{
	/* SVR does not stop NMIs (11.4.7.2). */
	return lapic_base_mode(l) && latch_nmi(l);
}

bool lapic_deliver_msg(struct lapic *l, const struct lapic_msg *msg)
{
	switch (msg->mode) {
	case LAPIC_MODE_FIXED:
	case LAPIC_MODE_LOWEST:
		return lapic_deliver(l, msg->vector, msg->level);
	case LAPIC_MODE_NMI:
		return lapic_deliver_nmi(l);
	default:
		return false;
	}
}

bool lapic_deliver_lvt(struct lapic *l, enum lapic_offset entry)
{
	u32 lvt = lapic_get(l, entry);

	if (lvt & LAPIC_LVT_MASKED)
		return false;
	switch (lapic_mode(lvt)) {
	case LAPIC_MODE_FIXED:
		return lapic_deliver(l, lvt, false);
	case LAPIC_MODE_NMI:
		return lapic_deliver_nmi(l);
	default:
		return false;
	}
}

/* Nothing holds a pin's level: fixed interrupts are edges, whatever the entry says. */
bool lapic_deliver_lint(struct lapic *l, int pin)
{
	/* Without an APIC the pins are INTR and NMI (11.4.3). */
	if (!lapic_base_mode(l))
		return pin == 1 && latch_nmi(l);
	return lapic_deliver_lvt(l, pin ? LAPIC_LVT_LINT1 : LAPIC_LVT_LINT0);
}

bool lapic_accepts_extint(const struct lapic *l)
{
	u32 lvt = lapic_get(l, LAPIC_LVT_LINT0);

	if (!lapic_base_mode(l))
		return true;
	return !(lvt & LAPIC_LVT_MASKED) && lapic_mode(lvt) == LAPIC_MODE_EXTINT;
}

/*
 * Once per write to ESR the first error raises an interrupt (11.5.3). This also
 * ends the recursion when that interrupt's own vector is illegal.
 */
void lapic_error(struct lapic *l, enum lapic_esr bit)
{
	set_bit(bit, &l->errors);
	if (!test_and_set_bit(LAPIC_ERROR_REPORTED, &l->errors))
		lapic_deliver_lvt(l, LAPIC_LVT_ERROR);
}
