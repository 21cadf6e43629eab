// SPDX-License-Identifier: GPL-2.0-only
/* The local APIC's timer: counts, periods, TSC deadlines, and what changes them. */
/* unit-src: kmod/irq/regs.c kmod/irq/base.c kmod/irq/priority.c */
/* unit-src: kmod/irq/deliver.c kmod/irq/message.c kmod/irq/timer.c */
#include "kselftest_harness.h"
#include "lapic_test.h"

#define VECTOR		0xec
#define ONE_SHOT	VECTOR
#define PERIODIC	(0x20000 | VECTOR)
#define TSC_DEADLINE	(0x40000 | VECTOR)
#define MASKED		0x10000
#define DIVIDE_BY_1	0xb

/* One count is four ticks of the TSC (timer_shift is 2), and the timer has mode @lvt. */
static void timer_apic(struct lapic *l, u32 lvt)
{
	xapic_enabled(l);
	page_write(l, LAPIC_DIVIDE, DIVIDE_BY_1);
	page_write(l, LAPIC_LVT_TIMER, lvt);
}

static u32 current_count(struct lapic *l, u64 now)
{
	return page_read_at(l, LAPIC_CURRENT, now);
}

/* Did an interrupt come? It is served. */
static bool expired(struct lapic *l)
{
	int vector = take(l);

	page_write(l, LAPIC_EOI, 0);
	return vector == VECTOR;
}

TEST(one_shot)
{
	struct lapic l;

	timer_apic(&l, ONE_SHOT);
	page_write_at(&l, LAPIC_INITIAL, 100, 1000);
	EXPECT_EQ(1400, lapic_deadline(&l));
	EXPECT_EQ(100, page_read(&l, LAPIC_INITIAL));
	EXPECT_EQ(100, current_count(&l, 1000));
	EXPECT_EQ(100, current_count(&l, 1003));
	EXPECT_EQ(99, current_count(&l, 1004));
	EXPECT_EQ(1, current_count(&l, 1399));
	lapic_timer_fire(&l, 1399);
	EXPECT_FALSE(expired(&l));
	lapic_timer_fire(&l, 1400);
	EXPECT_TRUE(expired(&l));
	EXPECT_EQ(LAPIC_NO_DEADLINE, lapic_deadline(&l));
	EXPECT_EQ(0, current_count(&l, 1400));
	EXPECT_EQ(100, page_read(&l, LAPIC_INITIAL));
	lapic_timer_fire(&l, 99999);
	EXPECT_FALSE(expired(&l));
}

TEST(initial_count_restarts_and_zero_stops)
{
	struct lapic l;

	timer_apic(&l, ONE_SHOT);
	page_write_at(&l, LAPIC_INITIAL, 100, 1000);
	page_write_at(&l, LAPIC_INITIAL, 50, 1200);
	EXPECT_EQ(1400, lapic_deadline(&l));
	EXPECT_EQ(50, current_count(&l, 1200));
	page_write_at(&l, LAPIC_INITIAL, 0, 1300);
	EXPECT_EQ(LAPIC_NO_DEADLINE, lapic_deadline(&l));
	EXPECT_EQ(0, current_count(&l, 1300));
	lapic_timer_fire(&l, 5000);
	EXPECT_FALSE(expired(&l));
}

TEST(divisors)
{
	static const struct {
		u32 divide;
		u32 by;
	} rows[] = {
		{ 0x0, 2 }, { 0x1, 4 }, { 0x2, 8 }, { 0x3, 16 },
		{ 0x8, 32 }, { 0x9, 64 }, { 0xa, 128 }, { 0xb, 1 },
	};
	struct lapic_config config = test_config;
	struct lapic l;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (config.timer_shift = 0; config.timer_shift <= 8; config.timer_shift++) {
			u64 ticks = (u64)rows[i].by << config.timer_shift;

			lapic_reset(&l, &config);
			page_write(&l, LAPIC_DIVIDE, rows[i].divide);
			page_write_at(&l, LAPIC_INITIAL, ~0U, 77);
			EXPECT_EQ(77 + 0xffffffff * ticks, lapic_deadline(&l));
			EXPECT_EQ(0xffffffff - 1000, current_count(&l, 77 + 1000 * ticks));
			EXPECT_EQ(1, current_count(&l, 77 + 0xfffffffe * ticks));
		}
	}
}

TEST(divisor_changes_while_counting)
{
	struct lapic l;

	timer_apic(&l, ONE_SHOT);
	page_write_at(&l, LAPIC_INITIAL, 100, 1000);
	page_write_at(&l, LAPIC_DIVIDE, 0x0, 1200);
	EXPECT_EQ(50, current_count(&l, 1200));
	EXPECT_EQ(1600, lapic_deadline(&l));
	EXPECT_EQ(49, current_count(&l, 1208));
	/* A count that has run out by then has expired first. */
	page_write_at(&l, LAPIC_DIVIDE, 0x3, 1600);
	EXPECT_TRUE(expired(&l));
	EXPECT_EQ(LAPIC_NO_DEADLINE, lapic_deadline(&l));
}

TEST(divisor_does_not_touch_a_tsc_deadline)
{
	struct lapic l;

	timer_apic(&l, TSC_DEADLINE);
	lapic_write_deadline(&l, 5000, 1000);
	page_write_at(&l, LAPIC_DIVIDE, 0x3, 2000);
	EXPECT_EQ(5000, lapic_deadline(&l));
}

TEST(periods_do_not_drift)
{
	struct lapic l;
	u64 now;
	int i;

	timer_apic(&l, PERIODIC);
	page_write_at(&l, LAPIC_INITIAL, 100, 1000);
	for (i = 1; i <= 1000; i++) {
		EXPECT_EQ(1000 + 400 * i, lapic_deadline(&l));
		now = lapic_deadline(&l) + i % 400;
		lapic_timer_fire(&l, now);
		EXPECT_TRUE(expired(&l));
		EXPECT_EQ(100 - i % 400 / 4, current_count(&l, now));
	}
}

TEST(missed_periods_are_one)
{
	struct lapic l;

	timer_apic(&l, PERIODIC);
	page_write_at(&l, LAPIC_INITIAL, 100, 1000);
	lapic_timer_fire(&l, 1000 + 400 * 7 + 5);
	EXPECT_TRUE(expired(&l));
	EXPECT_FALSE(expired(&l));
	EXPECT_EQ(1000 + 400 * 8, lapic_deadline(&l));
	/* On the dot, the next one is a period away. */
	lapic_timer_fire(&l, 1000 + 400 * 10);
	EXPECT_EQ(1000 + 400 * 11, lapic_deadline(&l));
}

TEST(current_count_notices_what_has_expired)
{
	struct lapic l;

	timer_apic(&l, PERIODIC);
	page_write_at(&l, LAPIC_INITIAL, 100, 1000);
	EXPECT_EQ(75, current_count(&l, 1500));
	EXPECT_TRUE(expired(&l));
	EXPECT_EQ(1800, lapic_deadline(&l));
	timer_apic(&l, ONE_SHOT);
	page_write_at(&l, LAPIC_INITIAL, 100, 1000);
	EXPECT_EQ(0, current_count(&l, 1500));
	EXPECT_TRUE(expired(&l));
}

TEST(masked_timer_counts_in_silence)
{
	struct lapic l;

	timer_apic(&l, PERIODIC | MASKED);
	page_write_at(&l, LAPIC_INITIAL, 100, 1000);
	lapic_timer_fire(&l, 1400);
	EXPECT_FALSE(expired(&l));
	EXPECT_EQ(1800, lapic_deadline(&l));
	page_write_at(&l, LAPIC_LVT_TIMER, PERIODIC, 1500);
	EXPECT_EQ(1800, lapic_deadline(&l));
	lapic_timer_fire(&l, 1800);
	EXPECT_TRUE(expired(&l));
	/* Disabled in SVR: masked, but counting. */
	page_write_at(&l, LAPIC_SVR, 0xff, 1900);
	lapic_timer_fire(&l, 2200);
	page_write_at(&l, LAPIC_SVR, 0x1ff, 2300);
	EXPECT_FALSE(expired(&l));
	EXPECT_EQ(2600, lapic_deadline(&l));
}

TEST(illegal_vector_is_an_error)
{
	struct lapic l;

	timer_apic(&l, 0x0f);
	page_write_at(&l, LAPIC_INITIAL, 1, 1000);
	lapic_timer_fire(&l, 1004);
	EXPECT_EQ(0xfe, lapic_pending(&l));
	EXPECT_EQ(0x40, page_errors(&l));
}

TEST(change_of_mode_disarms)
{
	static const u32 modes[] = { ONE_SHOT, PERIODIC, TSC_DEADLINE, 0x60000 | VECTOR };
	struct lapic l;
	size_t from, to;
	u64 armed;

	for (from = 0; from < ARRAY_SIZE(modes); from++) {
		for (to = 0; to < ARRAY_SIZE(modes); to++) {
			timer_apic(&l, modes[from]);
			page_write_at(&l, LAPIC_INITIAL, 100, 1000);
			lapic_write_deadline(&l, 3000, 1000);
			armed = from < 2 ? 1400 : from == 2 ? 3000 : LAPIC_NO_DEADLINE;
			EXPECT_EQ(armed, lapic_deadline(&l));
			EXPECT_EQ(from < 2 ? 100 : 0, current_count(&l, 1000));
			EXPECT_EQ(from == 2 ? 3000 : 0, lapic_read_deadline(&l));

			page_write_at(&l, LAPIC_LVT_TIMER, modes[to] | MASKED, 1100);
			EXPECT_EQ(from == to ? armed : LAPIC_NO_DEADLINE, lapic_deadline(&l));
			EXPECT_EQ(from == to && from == 2 ? 3000 : 0, lapic_read_deadline(&l));
			if (from != to) {
				EXPECT_EQ(0, current_count(&l, 1100));
				EXPECT_EQ(0, page_read(&l, LAPIC_INITIAL));
			}
		}
	}
}

TEST(tsc_deadline)
{
	struct lapic l;

	timer_apic(&l, TSC_DEADLINE);
	EXPECT_EQ(0, lapic_read_deadline(&l));
	lapic_write_deadline(&l, 5000, 1000);
	EXPECT_EQ(5000, lapic_deadline(&l));
	EXPECT_EQ(5000, lapic_read_deadline(&l));
	lapic_timer_fire(&l, 4999);
	EXPECT_FALSE(expired(&l));
	lapic_timer_fire(&l, 5000);
	EXPECT_TRUE(expired(&l));
	EXPECT_EQ(LAPIC_NO_DEADLINE, lapic_deadline(&l));
	EXPECT_EQ(0, lapic_read_deadline(&l));

	lapic_write_deadline(&l, 7000, 6000);
	lapic_write_deadline(&l, 9000, 6100);
	EXPECT_EQ(9000, lapic_deadline(&l));
	lapic_write_deadline(&l, 0, 6200);
	EXPECT_EQ(LAPIC_NO_DEADLINE, lapic_deadline(&l));
	EXPECT_EQ(0, lapic_read_deadline(&l));
	lapic_timer_fire(&l, 10000);
	EXPECT_FALSE(expired(&l));
}

TEST(tsc_deadline_in_the_past)
{
	struct lapic l;

	timer_apic(&l, TSC_DEADLINE);
	lapic_write_deadline(&l, 999, 1000);
	EXPECT_TRUE(expired(&l));
	EXPECT_EQ(LAPIC_NO_DEADLINE, lapic_deadline(&l));
	EXPECT_EQ(0, lapic_read_deadline(&l));
	lapic_write_deadline(&l, 1000, 1000);
	EXPECT_TRUE(expired(&l));
	/* Masked, it passes without a sound. */
	page_write(&l, LAPIC_LVT_TIMER, TSC_DEADLINE | MASKED);
	lapic_write_deadline(&l, 1000, 1001);
	EXPECT_FALSE(expired(&l));
	EXPECT_EQ(0, lapic_read_deadline(&l));
}

TEST(tsc_deadline_at_the_end_of_time)
{
	struct lapic l;

	timer_apic(&l, TSC_DEADLINE);
	lapic_write_deadline(&l, ~0ULL, 1000);
	EXPECT_EQ(~0ULL, lapic_read_deadline(&l));
	lapic_timer_fire(&l, ~0ULL - 1);
	EXPECT_FALSE(expired(&l));
}

TEST(tsc_deadline_mode_ignores_counts)
{
	struct lapic l;

	timer_apic(&l, TSC_DEADLINE);
	lapic_write_deadline(&l, 5000, 1000);
	page_write_at(&l, LAPIC_INITIAL, 100, 1000);
	EXPECT_EQ(0, page_read(&l, LAPIC_INITIAL));
	EXPECT_EQ(5000, lapic_deadline(&l));
	EXPECT_EQ(0, current_count(&l, 2000));
}

TEST(counting_modes_ignore_tsc_deadline)
{
	struct lapic l;

	timer_apic(&l, ONE_SHOT);
	lapic_write_deadline(&l, 5000, 1000);
	EXPECT_EQ(LAPIC_NO_DEADLINE, lapic_deadline(&l));
	EXPECT_EQ(0, lapic_read_deadline(&l));
	page_write_at(&l, LAPIC_INITIAL, 100, 1000);
	lapic_write_deadline(&l, 1100, 1050);
	EXPECT_EQ(1400, lapic_deadline(&l));
}

TEST(no_tsc_deadline_mode)
{
	struct lapic_config config = test_config;
	struct lapic l;

	config.tsc_deadline = false;
	lapic_reset(&l, &config);
	page_write(&l, LAPIC_SVR, 0x1ff);
	page_write(&l, LAPIC_LVT_TIMER, TSC_DEADLINE);
	EXPECT_EQ(ONE_SHOT, page_read(&l, LAPIC_LVT_TIMER));
	lapic_write_deadline(&l, 5000, 1000);
	EXPECT_EQ(LAPIC_NO_DEADLINE, lapic_deadline(&l));
	ASSERT_EQ(0, lapic_set_base(&l, X2APIC_BASE));
	EXPECT_EQ(-EINVAL, msr_write(&l, LAPIC_LVT_TIMER, TSC_DEADLINE));
	EXPECT_EQ(0, msr_write(&l, LAPIC_LVT_TIMER, PERIODIC));
}

TEST(timer_in_x2apic_mode)
{
	struct lapic l;
	u64 value;

	x2apic_enabled(&l);
	ASSERT_EQ(0, lapic_write_msr(&l, 0x83e, DIVIDE_BY_1, 0));
	ASSERT_EQ(0, lapic_write_msr(&l, 0x832, PERIODIC, 0));
	ASSERT_EQ(0, lapic_write_msr(&l, 0x838, 100, 1000));
	EXPECT_EQ(1400, lapic_deadline(&l));
	ASSERT_EQ(0, lapic_read_msr(&l, 0x839, &value, 1040));
	EXPECT_EQ(90, value);
}

TEST(guest_sets_its_tsc)
{
	struct lapic l;

	/* Counts have a clock of their own. */
	timer_apic(&l, PERIODIC);
	page_write_at(&l, LAPIC_INITIAL, 100, 1000);
	lapic_timer_jump(&l, 1100, 0);
	EXPECT_EQ(300, lapic_deadline(&l));
	EXPECT_EQ(75, current_count(&l, 0));
	lapic_timer_jump(&l, 100, 1ULL << 63);
	EXPECT_EQ((1ULL << 63) + 200, lapic_deadline(&l));
	/* What has expired before is not taken along. */
	lapic_timer_jump(&l, (1ULL << 63) + 240, 5000);
	EXPECT_TRUE(expired(&l));
	EXPECT_EQ(5360, lapic_deadline(&l));

	/* A deadline is a value of the TSC. */
	timer_apic(&l, TSC_DEADLINE);
	lapic_write_deadline(&l, 5000, 1000);
	lapic_timer_jump(&l, 1100, 6000);
	EXPECT_EQ(5000, lapic_deadline(&l));
	lapic_timer_fire(&l, 6000);
	EXPECT_TRUE(expired(&l));

	timer_apic(&l, ONE_SHOT);
	lapic_timer_jump(&l, 0, 77);
	EXPECT_EQ(LAPIC_NO_DEADLINE, lapic_deadline(&l));
}

TEST(counts_at_the_end_of_time)
{
	struct lapic l;

	timer_apic(&l, PERIODIC);
	page_write_at(&l, LAPIC_INITIAL, 100, ~0ULL - 50);
	EXPECT_EQ(LAPIC_NO_DEADLINE - 1, lapic_deadline(&l));
	lapic_timer_fire(&l, ~0ULL - 49);
	EXPECT_FALSE(expired(&l));
	lapic_timer_fire(&l, ~0ULL - 1);
	EXPECT_TRUE(expired(&l));
	EXPECT_EQ(LAPIC_NO_DEADLINE - 1, lapic_deadline(&l));
	page_write_at(&l, LAPIC_INITIAL, 1, ~0ULL);
	EXPECT_EQ(LAPIC_NO_DEADLINE - 1, lapic_deadline(&l));
}

/* A counter as it is built: it is decremented, tick by tick. */
struct counter {
	bool periodic;
	u32 initial;
	u32 count;
	u32 ticks_per_count;
	u32 ticks;		/* of the present count */
	int interrupts;
};

static void counter_tick(struct counter *c)
{
	if (!c->count || ++c->ticks < c->ticks_per_count)
		return;
	c->ticks = 0;
	if (--c->count)
		return;
	c->interrupts++;
	if (c->periodic)
		c->count = c->initial;
}

TEST(random_times_against_a_counter)
{
	static const u32 divides[] = { 0xb, 0x0, 0x1, 0x2 };
	u64 seed = 4, now = 1000, end;
	struct lapic l;
	int round;

	for (round = 0; round < 3000; round++) {
		u32 shift = random_next(&seed) % 4;
		struct counter c = {
			.periodic = random_next(&seed) & 1,
			.initial = random_next(&seed) % 20 + 1,
			.ticks_per_count = 4 << shift,
		};

		c.count = c.initial;
		timer_apic(&l, c.periodic ? PERIODIC : ONE_SHOT);
		page_write_at(&l, LAPIC_DIVIDE, divides[shift], now);
		page_write_at(&l, LAPIC_INITIAL, c.initial, now);
		for (end = now + 1000; now < end;) {
			u64 step = random_next(&seed) % 60;

			for (c.interrupts = 0; step; step--, now++)
				counter_tick(&c);
			if (lapic_deadline(&l) <= now)
				lapic_timer_fire(&l, now);
			ASSERT_EQ(c.interrupts > 0, expired(&l));
			ASSERT_EQ(c.count, current_count(&l, now));
		}
	}
}

TEST_HARNESS_MAIN
