// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which interrupt comes next (SDM Vol. 3, 11.8.3). A vector's upper four bits
 * are its class. An interrupt is taken when its class is above that of PPR, the
 * higher one of what software asks for (TPR) and what is in service (ISR).
 */
#include "lapic_priv.h"

/* The highest vector in @map, or -1. */
static int highest_vector(const unsigned long *map)
{
	int i;

	for (i = LAPIC_VECTOR_WORDS - 1; i >= 0; i--) {
		unsigned long word = READ_ONCE(map[i]);

		if (word)
			return i * BITS_PER_LONG + fls64(word) - 1;
	}
	return -1;
}

static int class(int priority)
{
	return priority & 0xf0;
}

static void set_ppr(struct lapic *l)
{
	u8 tpr = lapic_get(l, LAPIC_TPR);

	l->ppr = class(tpr) >= class(l->serving) ? tpr : class(l->serving);
}

int lapic_highest_pending(const struct lapic *l)
{
	int vector = highest_vector(l->irr);

	/* With an empty IRR either way gives -1. */
	return class(vector) > class(l->ppr) && lapic_accepts(l) ? vector : -1;
}

void lapic_ack(struct lapic *l, int vector)
{
	clear_bit(vector, l->irr);
	__set_bit(vector, l->isr);
	l->serving = vector;
	set_ppr(l);
}

void lapic_end_of_interrupt(struct lapic *l)
{
	int vector = l->serving;

	if (!vector)
		return;
	__clear_bit(vector, l->isr);
	/* Mostly interrupts do not nest. */
	if (likely(!(l->isr[0] | l->isr[1] | l->isr[2] | l->isr[3])))
		l->serving = 0;
	else
		l->serving = highest_vector(l->isr);
	set_ppr(l);
	if (test_bit(vector, l->tmr))
		l->eoi = vector;
}

void lapic_set_tpr(struct lapic *l, u8 tpr)
{
	lapic_set(l, LAPIC_TPR, tpr);
	set_ppr(l);
}

u8 lapic_cr8(const struct lapic *l)
{
	return lapic_get(l, LAPIC_TPR) >> 4;
}

void lapic_set_cr8(struct lapic *l, u8 cr8)
{
	lapic_set_tpr(l, cr8 << 4);
}
