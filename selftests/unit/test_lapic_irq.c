// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts through the local APIC: delivery, priorities, EOI, and all at once. */
/* unit-src: kmod/irq/regs.c kmod/irq/base.c kmod/irq/priority.c */
/* unit-src: kmod/irq/deliver.c kmod/irq/message.c kmod/irq/timer.c */
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "kselftest_harness.h"
#include "lapic_test.h"

/* ---- Delivery ---- */

TEST(deliver_needs_an_enabled_apic)
{
	struct lapic l;

	xapic_reset(&l);
	EXPECT_FALSE(lapic_deliver(&l, 0x40, false));
	EXPECT_TRUE(lapic_deliver_nmi(&l));
	page_write(&l, LAPIC_SVR, 0x1ff);
	EXPECT_EQ(-1, lapic_pending(&l));
	EXPECT_TRUE(lapic_accepts(&l));
	EXPECT_TRUE(lapic_deliver(&l, 0x40, false));
	EXPECT_EQ(0x40, lapic_pending(&l));
	/* What is in the IRR is held while SVR disables the APIC. */
	page_write(&l, LAPIC_SVR, 0xff);
	EXPECT_EQ(-1, lapic_pending(&l));
	EXPECT_EQ(1, page_read(&l, LAPIC_IRR2));
	page_write(&l, LAPIC_SVR, 0x1ff);
	EXPECT_EQ(0x40, lapic_pending(&l));
}

TEST(deliver_every_vector)
{
	struct lapic l;
	int v;

	for (v = 0; v < 256; v++) {
		u32 irr = LAPIC_IRR0 + v / 32 * 16;

		xapic_enabled(&l);
		page_write(&l, LAPIC_LVT_ERROR, 0x10000);
		EXPECT_EQ(v >= 16, lapic_deliver(&l, v, false));
		EXPECT_EQ(v >= 16 ? v : -1, lapic_pending(&l));
		EXPECT_EQ(v >= 16 ? 1U << v % 32 : 0, page_read(&l, irr));
		EXPECT_EQ(v >= 16 ? 0 : 0x40, page_errors(&l));
		if (v < 16)
			continue;
		lapic_ack(&l, v);
		EXPECT_EQ(0, page_read(&l, irr));
		EXPECT_EQ(1U << v % 32, page_read(&l, irr - 0x100));
		EXPECT_EQ(v & 0xf0, page_read(&l, LAPIC_PPR));
		page_write(&l, LAPIC_EOI, 0x1234);
		EXPECT_EQ(0, page_read(&l, irr - 0x100));
		EXPECT_EQ(0, page_read(&l, LAPIC_PPR));
	}
}

TEST(requests_of_one_vector_merge)
{
	struct lapic l;

	xapic_enabled(&l);
	lapic_deliver(&l, 0x40, false);
	EXPECT_TRUE(lapic_deliver(&l, 0x40, false));
	EXPECT_EQ(0x40, take(&l));
	EXPECT_EQ(-1, take(&l));
	/* One more may wait while the first is in service. */
	lapic_deliver(&l, 0x40, false);
	EXPECT_EQ(-1, take(&l));
	page_write(&l, LAPIC_EOI, 0);
	EXPECT_EQ(0x40, take(&l));
}

TEST(nmi_is_taken_once)
{
	struct lapic l;

	xapic_reset(&l);
	EXPECT_FALSE(lapic_take_nmi(&l));
	lapic_deliver_nmi(&l);
	lapic_deliver_nmi(&l);
	EXPECT_TRUE(lapic_take_nmi(&l));
	EXPECT_FALSE(lapic_take_nmi(&l));
}

TEST(lint_pins)
{
	static const struct {
		u32 lvt;
		bool taken;
		int vector;
		bool nmi;
		bool extint;
	} rows[] = {
		{ 0x00041, true, 0x41, false, false },
		{ 0x08041, true, 0x41, false, false },
		{ 0x10041, false, -1, false, false },
		{ 0x00400, true, -1, true, false },
		{ 0x10400, false, -1, false, false },
		{ 0x00700, false, -1, false, true },
		{ 0x10700, false, -1, false, false },
		{ 0x00200, false, -1, false, false },
		{ 0x00500, false, -1, false, false },
	};
	struct lapic l;
	size_t i;
	int pin;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (pin = 0; pin < 2; pin++) {
			xapic_enabled(&l);
			page_write(&l, pin ? LAPIC_LVT_LINT1 : LAPIC_LVT_LINT0, rows[i].lvt);
			EXPECT_EQ(rows[i].taken, lapic_deliver_lint(&l, pin));
			EXPECT_EQ(rows[i].vector, lapic_pending(&l));
			EXPECT_EQ(rows[i].nmi, lapic_take_nmi(&l));
			EXPECT_EQ(!pin && rows[i].extint, lapic_accepts_extint(&l));
			EXPECT_FALSE(lapic_deliver_lint(&l, !pin));
		}
	}
}

TEST(lint_pins_without_apic)
{
	struct lapic l;

	xapic_enabled(&l);
	EXPECT_FALSE(lapic_accepts_extint(&l));
	ASSERT_EQ(0, lapic_set_base(&l, LAPIC_BASE_DEFAULT));
	EXPECT_TRUE(lapic_accepts_extint(&l));
	EXPECT_FALSE(lapic_deliver_lint(&l, 0));
	EXPECT_TRUE(lapic_deliver_lint(&l, 1));
	EXPECT_TRUE(lapic_take_nmi(&l));
}

/* ---- Priorities and EOI ---- */

TEST(ppr_from_tpr_and_isr)
{
	static const struct {
		u8 tpr;
		u8 serving;
		u8 ppr;
	} rows[] = {
		{ 0x00, 0x00, 0x00 }, { 0x3f, 0x00, 0x3f }, { 0x3f, 0x35, 0x3f },
		{ 0x30, 0x3f, 0x30 }, { 0x2f, 0x31, 0x30 }, { 0x4a, 0x3f, 0x4a },
		{ 0xff, 0xfe, 0xff }, { 0x0f, 0x10, 0x10 }, { 0x00, 0xff, 0xf0 },
	};
	struct lapic l;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		xapic_enabled(&l);
		if (rows[i].serving) {
			lapic_deliver(&l, rows[i].serving, false);
			ASSERT_EQ(rows[i].serving, take(&l));
		}
		page_write(&l, LAPIC_TPR, rows[i].tpr);
		EXPECT_EQ(rows[i].ppr, page_read(&l, LAPIC_PPR)) TH_LOG("row %zu", i);
	}
}

TEST(only_a_higher_class_interrupts)
{
	struct lapic l;
	int tpr, vector;

	for (tpr = 0; tpr < 256; tpr++) {
		xapic_enabled(&l);
		page_write(&l, LAPIC_TPR, tpr);
		for (vector = 16; vector < 256; vector++) {
			lapic_deliver(&l, vector, false);
			ASSERT_EQ(vector >> 4 > tpr >> 4 ? vector : -1, lapic_pending(&l));
		}
	}
}

TEST(cr8_is_the_class_of_tpr)
{
	struct lapic l;
	int i;

	xapic_enabled(&l);
	for (i = 0; i < 256; i++) {
		page_write(&l, LAPIC_TPR, i);
		EXPECT_EQ(i >> 4, lapic_cr8(&l));
		lapic_set_cr8(&l, i & 15);
		EXPECT_EQ((i & 15) << 4, (int)page_read(&l, LAPIC_TPR));
		EXPECT_EQ((i & 15) << 4, (int)page_read(&l, LAPIC_PPR));
	}
	lapic_set_cr8(&l, 4);
	lapic_deliver(&l, 0x4f, false);
	EXPECT_EQ(-1, lapic_pending(&l));
	lapic_set_cr8(&l, 3);
	EXPECT_EQ(0x4f, lapic_pending(&l));
}

TEST(eoi_ends_the_highest)
{
	static const u8 nest[] = { 0x21, 0x45, 0x7f, 0x80, 0xc0, 0xff };
	struct lapic l;
	int i, n = ARRAY_SIZE(nest);

	xapic_enabled(&l);
	page_write(&l, LAPIC_EOI, 0);	/* with nothing in service: no effect */
	EXPECT_EQ(-1, lapic_take_eoi(&l));
	for (i = 0; i < n; i++) {
		lapic_deliver(&l, nest[i], i & 1);
		EXPECT_EQ(nest[i], take(&l));
	}
	for (i = n - 1; i >= 0; i--) {
		EXPECT_EQ(nest[i] & 0xf0, (int)page_read(&l, LAPIC_PPR));
		page_write(&l, LAPIC_EOI, 0);
		EXPECT_EQ(i & 1 ? nest[i] : -1, lapic_take_eoi(&l));
		EXPECT_EQ(-1, lapic_take_eoi(&l));
	}
	EXPECT_EQ(0, page_read(&l, LAPIC_PPR));
}

TEST(trigger_mode_follows_the_last_request)
{
	struct lapic l;

	x2apic_enabled(&l);
	lapic_deliver(&l, 0x45, true);
	EXPECT_EQ(1 << 5, msr_read(&l, LAPIC_TMR2));
	EXPECT_EQ(0x45, take(&l));
	ASSERT_EQ(0, msr_write(&l, LAPIC_EOI, 0));
	EXPECT_EQ(0x45, lapic_take_eoi(&l));
	lapic_deliver(&l, 0x45, false);
	EXPECT_EQ(0, msr_read(&l, LAPIC_TMR2));
	EXPECT_EQ(0x45, take(&l));
	ASSERT_EQ(0, msr_write(&l, LAPIC_EOI, 0));
	EXPECT_EQ(-1, lapic_take_eoi(&l));
}

/* ---- A naive APIC beside the real one ---- */

struct naive {
	bool irr[256];
	bool tmr[256];
	bool isr[256];
	u8 tpr;
	bool enabled;
};

static int naive_highest(const bool *map)
{
	int v;

	for (v = 255; v >= 0 && !map[v]; v--)
		;
	return v;
}

static u8 naive_ppr(const struct naive *n)
{
	int isrv = naive_highest(n->isr);

	if (isrv < 0 || n->tpr / 16 >= isrv / 16)
		return n->tpr;
	return isrv / 16 * 16;
}

static int naive_pending(const struct naive *n)
{
	int irrv = naive_highest(n->irr);

	return n->enabled && irrv >= 0 && irrv / 16 > naive_ppr(n) / 16 ? irrv : -1;
}

static u32 naive_word(const bool *map, int word)
{
	u32 value = 0;
	int i;

	for (i = 0; i < 32; i++)
		value |= (u32)map[word * 32 + i] << i;
	return value;
}

static void naive_deliver(struct naive *n, int vector, bool level)
{
	if (!n->enabled || vector < 16)
		return;
	n->irr[vector] = true;
	n->tmr[vector] = level;
}

/* The EOI that the IOAPIC is told, or -1 */
static int naive_eoi(struct naive *n)
{
	int v = naive_highest(n->isr);

	if (v < 0)
		return -1;
	n->isr[v] = false;
	return n->tmr[v] ? v : -1;
}

/* One random step of both; returns what each says of it. */
static void random_step(struct naive *n, struct lapic *l, u64 *seed, int *expected, int *seen)
{
	u32 r = random_next(seed), vector = r >> 8 & 0xff;

	*expected = 0;
	*seen = 0;
	switch (r & 15) {
	case 0 ... 5:
		naive_deliver(n, vector, r & BIT(20));
		lapic_deliver(l, vector, r & BIT(20));
		break;
	case 6 ... 8:
		*expected = naive_pending(n);
		*seen = take(l);
		if (*expected >= 0) {
			n->irr[*expected] = false;
			n->isr[*expected] = true;
		}
		break;
	case 9 ... 12:
		*expected = naive_eoi(n);
		page_write(l, LAPIC_EOI, 0);
		*seen = lapic_take_eoi(l);
		break;
	case 13:
		n->tpr = vector;
		page_write(l, LAPIC_TPR, vector);
		break;
	case 14:
		n->tpr = vector & 0xf0;
		lapic_set_cr8(l, vector >> 4);
		break;
	default:
		n->enabled = vector & 7;
		page_write(l, LAPIC_SVR, n->enabled ? 0x1ff : 0xff);
	}
}

TEST(random_steps_against_a_naive_model)
{
	struct naive n = { .enabled = true };
	u64 seed = 20;
	struct lapic l;
	int step, i, expected, seen;

	xapic_enabled(&l);
	page_write(&l, LAPIC_LVT_ERROR, 0x10000);
	for (step = 0; step < 200000; step++) {
		random_step(&n, &l, &seed, &expected, &seen);
		ASSERT_EQ(expected, seen) TH_LOG("step %d", step);
		ASSERT_EQ(naive_ppr(&n), page_read(&l, LAPIC_PPR)) TH_LOG("step %d", step);
		ASSERT_EQ(naive_pending(&n), lapic_pending(&l)) TH_LOG("step %d", step);
		i = step & 7;
		ASSERT_EQ(naive_word(n.irr, i), page_read(&l, LAPIC_IRR0 + i * 16));
		ASSERT_EQ(naive_word(n.isr, i), page_read(&l, LAPIC_ISR0 + i * 16));
		ASSERT_EQ(naive_word(n.tmr, i), page_read(&l, LAPIC_TMR0 + i * 16));
	}
}

/* ---- All at once ---- */

#define SENDERS		4
#define FIRST		0x80		/* 64 vectors, that share one word of each map */
#define VECTORS_EACH	(64 / SENDERS)
#define MILLISECONDS	1500
#define PATIENCE	1000		/* fruitless looks until others get the CPU */

/*
 * Each sender has vectors of its own, though in a word that all share, and sends
 * a vector again only when it has been taken: then none may be lost, none may
 * come twice, and each EOI is what the sender asked for. It goes on for a while
 * rather than for a number of interrupts, as a busy machine makes few of them.
 */
struct traffic {
	struct lapic l;
	u32 sent[256];
	u32 taken[256];
	bool level[256];
	bool stop;
	int done;
};

struct sender {
	pthread_t thread;
	struct traffic *t;
	int number;
};

static void send_one(struct traffic *t, int vector, bool level)
{
	__atomic_store_n(&t->level[vector], level, __ATOMIC_RELAXED);
	__atomic_store_n(&t->sent[vector], t->sent[vector] + 1, __ATOMIC_RELAXED);
	if (!lapic_deliver(&t->l, vector, level))
		__builtin_trap();
}

static void *send(void *arg)
{
	struct sender *s = arg;
	struct traffic *t = s->t;
	u64 seed = s->number;
	int waited = 0;

	while (!__atomic_load_n(&t->stop, __ATOMIC_RELAXED)) {
		u32 r = random_next(&seed);
		int v = FIRST + s->number + r % VECTORS_EACH * SENDERS;

		if (__atomic_load_n(&t->taken[v], __ATOMIC_ACQUIRE) == t->sent[v]) {
			send_one(t, v, r & BIT(20));
			waited = 0;
		} else if (++waited % PATIENCE == 0) {
			sched_yield();
		}
	}
	__atomic_fetch_add(&t->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

static u64 milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes one interrupt and ends it. False: it was not sent, or its EOI is wrong. */
static bool serve(struct traffic *t, int vector)
{
	u32 sent = __atomic_load_n(&t->sent[vector], __ATOMIC_RELAXED);
	bool level = __atomic_load_n(&t->level[vector], __ATOMIC_RELAXED);

	if (t->taken[vector] + 1 != sent)
		return false;
	lapic_ack(&t->l, vector);
	page_write(&t->l, LAPIC_EOI, 0);
	if (lapic_take_eoi(&t->l) != (level ? vector : -1))
		return false;
	__atomic_store_n(&t->taken[vector], sent, __ATOMIC_RELEASE);
	return true;
}

/* Serves until the senders are done, and nothing is left; returns how many, or -1. */
static int serve_all(struct traffic *t, u64 stop_at)
{
	int served = 0, idle = 0;
	bool last;

	do {
		last = __atomic_load_n(&t->done, __ATOMIC_ACQUIRE) == SENDERS;
		for (int v; (v = lapic_pending(&t->l)) >= 0; served++, idle = 0) {
			if (!serve(t, v))
				return -1;
		}
		if (++idle % PATIENCE == 0)
			sched_yield();
		if (milliseconds() >= stop_at)
			__atomic_store_n(&t->stop, true, __ATOMIC_RELAXED);
	} while (!last);
	return served;
}

TEST(senders_at_the_same_time)
{
	struct traffic *t = calloc(1, sizeof(*t));
	struct sender senders[SENDERS];
	u32 sent = 0;
	int i, served;

	ASSERT_NE(NULL, t);
	xapic_enabled(&t->l);
	for (i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender) { .t = t, .number = i };
		ASSERT_EQ(0, pthread_create(&senders[i].thread, NULL, send, &senders[i]));
	}
	served = serve_all(t, milliseconds() + MILLISECONDS);
	ASSERT_LT(0, served);
	for (i = 0; i < SENDERS; i++)
		pthread_join(senders[i].thread, NULL);
	for (i = 0; i < 256; i++) {
		EXPECT_EQ(t->sent[i], t->taken[i]);
		sent += t->sent[i];
	}
	EXPECT_EQ(sent, (u32)served);
	TH_LOG("%d interrupts", served);
	free(t);
}

TEST_HARNESS_MAIN
