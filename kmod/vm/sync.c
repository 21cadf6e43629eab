// SPDX-License-Identifier: GPL-2.0-only
/* Kicking vCPUs. The protocol is drawn in sync.h. */
#include <linux/smp.h>

#include "../host/compat.h"
#include "sync.h"

void vcpu_sync_init(struct vcpu_sync *s)
{
	s->requests = 0;
	s->in_guest = false;
	s->cpu = -1;
	rcuwait_init(&s->wait);
}

void vcpu_kick(struct vcpu_sync *s)
{
	int self, cpu;

	/* The wish before the look at in_guest. */
	smp_mb();
	if (rcuwait_wake_up(&s->wait))
		return;

	self = get_cpu();
	/* Pairs with smp_store_release() in vcpu_sync_leave(). */
	if (smp_load_acquire(&s->in_guest)) {
		cpu = READ_ONCE(s->cpu);
		/* On our own CPU the vCPU cannot be in the guest: we interrupted it. */
		if (cpu != self && cpu_online(cpu))
			smp_send_reschedule(cpu);
	}
	put_cpu();
}
