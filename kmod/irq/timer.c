// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APIC's timer (SDM Vol. 3, 11.5.4), in units of the guest's TSC.
 *
 *	guest TSC --> >> timer_shift --> / divisor --> count down from INITIAL
 *	guest TSC ------------------------------------> reach IA32_TSC_DEADLINE
 *
 * No count is kept. A running timer is its deadline: when the count will reach
 * zero; the current count is the time that is left to it. Both kinds of timer
 * then end in the same way, and periods follow each other without drift, as
 * each deadline is computed from the last, not from the time it was noticed.
 */
#include "lapic_priv.h"

static u32 timer_mode(const struct lapic *l)
{
	return lapic_get(l, LAPIC_LVT_TIMER) >> 17 & 3;
}

/* Bits 3, 1 and 0 of DIVIDE: 0 is by 2, 6 is by 128, 7 is by 1. */
static u32 count_shift(const struct lapic *l)
{
	u32 divide = lapic_get(l, LAPIC_DIVIDE);
	u32 code = (divide & 3) | (divide & 8) >> 1;

	return l->config.timer_shift + ((code + 1) & 7);
}

/* TSC ticks in @count; less than 2^47. */
static u64 count_ticks(const struct lapic *l, u32 count)
{
	return (u64)count << count_shift(l);
}

/* A guest may set its TSC to right below the end of time: no deadline lies behind it. */
static u64 ticks_after(u64 time, u64 ticks)
{
	u64 last = LAPIC_NO_DEADLINE - 1;

	return time < last && ticks < last - time ? time + ticks : last;
}

static bool is_counting(const struct lapic *l)
{
	return l->deadline != LAPIC_NO_DEADLINE && timer_mode(l) != LAPIC_TIMER_TSC_DEADLINE;
}

/* A change of mode disarms the timer (11.5.4 and 11.5.4.1). */
void lapic_timer_set_lvt(struct lapic *l, u32 value)
{
	u32 mode = timer_mode(l);

	lapic_set(l, LAPIC_LVT_TIMER, value);
	if (timer_mode(l) == mode)
		return;
	lapic_set(l, LAPIC_INITIAL, 0);
	l->tsc_deadline = 0;
	l->deadline = LAPIC_NO_DEADLINE;
}

/* Starts the count, or with 0 stops it. */
void lapic_timer_set_initial(struct lapic *l, u32 count, u64 now)
{
	if (timer_mode(l) > LAPIC_TIMER_PERIODIC)
		return;
	lapic_set(l, LAPIC_INITIAL, count);
	l->deadline = count ? ticks_after(now, count_ticks(l, count)) : LAPIC_NO_DEADLINE;
}

/* What is left of the count goes on at the new pace. */
void lapic_timer_set_divide(struct lapic *l, u32 value, u64 now)
{
	u32 count = lapic_timer_current(l, now);

	lapic_set(l, LAPIC_DIVIDE, value);
	if (is_counting(l))
		l->deadline = ticks_after(now, count_ticks(l, count));
}

/* The count stands at n for the n-th last of its steps, and at 0 when it has expired. */
u32 lapic_timer_current(struct lapic *l, u64 now)
{
	u32 shift = count_shift(l);

	lapic_timer_fire(l, now);
	if (!is_counting(l))
		return 0;
	return (l->deadline - now + (1ULL << shift) - 1) >> shift;
}

static u64 next_period(const struct lapic *l, u64 now)
{
	u64 period = count_ticks(l, lapic_get(l, LAPIC_INITIAL));
	u64 periods = (now - l->deadline) / period + 1;

	return ticks_after(l->deadline, periods * period);
}

void lapic_timer_fire(struct lapic *l, u64 now)
{
	if (now < l->deadline || l->deadline == LAPIC_NO_DEADLINE)
		return;
	if (timer_mode(l) == LAPIC_TIMER_PERIODIC)
		l->deadline = next_period(l, now);
	else
		l->deadline = LAPIC_NO_DEADLINE;
	l->tsc_deadline = 0;
	lapic_deliver_lvt(l, LAPIC_LVT_TIMER);
}

void lapic_timer_jump(struct lapic *l, u64 from, u64 to)
{
	lapic_timer_fire(l, from);
	if (is_counting(l))
		l->deadline = ticks_after(to, l->deadline - from);
}

void lapic_write_deadline(struct lapic *l, u64 val, u64 now)
{
	if (timer_mode(l) != LAPIC_TIMER_TSC_DEADLINE)
		return;
	l->tsc_deadline = val;
	l->deadline = val ? val : LAPIC_NO_DEADLINE;
	lapic_timer_fire(l, now);
}
