// SPDX-License-Identifier: GPL-2.0-only
/* HLT: the vCPU's thread sleeps until something wakes the vCPU. */
#include <linux/rcuwait.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "vcpu.h"

/* SDM Vol. 2, HLT: an enabled interrupt, an NMI, a reset end it. */
static bool has_wake_event(struct vcpu *v)
{
	u64 now = vcpu_tsc(v);

	if (now >= lapic_deadline(&v->lapic))
		lapic_timer_fire(&v->lapic, now);
	if (lapic_take_nmi(&v->lapic))
		v->nmi_pending = true;
	return v->nmi_pending || v->inject.info ||
	       (v->halt_if && lapic_pending(&v->lapic) >= 0);
}

static bool must_look(struct vcpu *v)
{
	return READ_ONCE(v->sync.requests) || signal_pending(current) ||
	       test_thread_flag(TIF_NOTIFY_RESUME) || READ_ONCE(v->vm->dead);
}

/* Returns when the vCPU is running again, or when the outer loop has to look at something. */
void vcpu_halt(struct vcpu *v)
{
	if (!has_wake_event(v)) {
		prepare_to_rcuwait(&v->sync.wait);
		for (;;) {
			/* It may fire early: its clock is not the TSC. Each look sets the rest. */
			vcpu_timer_start(v);
			set_current_state(TASK_INTERRUPTIBLE);
			if (has_wake_event(v) || must_look(v))
				break;
			schedule();
		}
		finish_rcuwait(&v->sync.wait);
		vcpu_timer_stop(v);
	}
	if (has_wake_event(v))
		v->activity = VTX_ACTIVITY_RUNNING;
}
