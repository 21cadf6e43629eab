// SPDX-License-Identifier: GPL-2.0-only
/*
 * The APIC timer's clock. The local APIC says at which guest TSC it wants to
 * fire; while the guest runs, the VMX-preemption timer watches for that, and
 * while it halts, an hrtimer. Outside of VTX_RUN nobody has to: no guest code
 * runs that could notice.
 *
 * CPUs without a preemption timer use the hrtimer in both cases.
 */
#include <linux/hrtimer.h>
#include <linux/math64.h>
#include <asm/tsc.h>

#include "../host/caps.h"
#include "../host/compat.h"
#include "../hw/vmx_insn.h"
#include "vcpu.h"

static enum hrtimer_restart timer_expired(struct hrtimer *timer)
{
	vcpu_kick(&container_of(timer, struct vcpu, timer)->sync);
	return HRTIMER_NORESTART;
}

int vcpu_timer_init(struct vcpu *v)
{
	hrtimer_setup(&v->timer, timer_expired, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
	return 0;
}

void vcpu_timer_destroy(struct vcpu *v)
{
	hrtimer_cancel(&v->timer);
}

/* Starts the hrtimer for the APIC timer's deadline, if there is one. */
void vcpu_timer_start(struct vcpu *v)
{
	u64 deadline = lapic_deadline(&v->lapic);
	u64 now = vcpu_tsc(v), ticks, ns;

	if (deadline == LAPIC_NO_DEADLINE)
		return;
	ticks = deadline > now ? deadline - now : 0;
	/* Days at the least; the cap keeps the product in range, and whoever waits looks again. */
	ns = mul_u64_u32_div(min(ticks, 1ULL << 50), NSEC_PER_MSEC, tsc_khz);
	hrtimer_start(&v->timer, ktime_add_ns(ktime_get(), ns), HRTIMER_MODE_ABS_HARD);
	v->timer_armed = true;
}

void vcpu_timer_stop(struct vcpu *v)
{
	if (!v->timer_armed)
		return;
	/* Still armed as far as the preemption timer's value in the VMCS is concerned. */
	hrtimer_cancel(&v->timer);
}

/*
 * SDM Vol. 3, 25.5.1: the preemption timer counts down once every 2^rate TSC
 * ticks, and bit @rate of the TSC may toggle right after entry: one more count
 * than the quotient never fires early. An exit that comes early anyway is
 * harmless: the next entry sets the rest.
 */
static u32 preemption_timer_value(u64 deadline, u64 now)
{
	u64 count = (deadline - now) >> vmx_misc_preemption_timer_rate(vmx_caps.misc);

	return min(count + 1, (u64)U32_MAX);
}

/* Interrupts off, before VM entry. */
void vcpu_timer_prepare(struct vcpu *v)
{
	u64 deadline = lapic_deadline(&v->lapic);
	u64 now;

	if (likely(deadline == LAPIC_NO_DEADLINE && !v->timer_armed))
		return;
	now = vcpu_tsc(v);
	if (now >= deadline) {
		lapic_timer_fire(&v->lapic, now);
		deadline = lapic_deadline(&v->lapic);
	}

	if (!vmx_caps.preemption_timer) {
		hrtimer_try_to_cancel(&v->timer);
		vcpu_timer_start(v);
		return;
	}
	v->timer_armed = deadline != LAPIC_NO_DEADLINE;
	vmcs_write32(VMX_PREEMPTION_TIMER_VALUE,
		     v->timer_armed && deadline > now ? preemption_timer_value(deadline, now) :
		     v->timer_armed ? 0 : U32_MAX);
}
