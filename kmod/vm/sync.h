/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How anyone gets the attention of a vCPU.
 *
 * A vCPU is outside (in userspace, in the host part of the loop), in the guest,
 * or asleep in HLT. Who wants something of it first makes the wish visible (an
 * interrupt in the IRR, a request bit, a new TLB generation) and then kicks:
 *
 *	wisher				vCPU, interrupts off
 *	------				--------------------
 *	make the wish visible		in_guest = true
 *	full barrier			full barrier
 *	in_guest? then IPI		any wish? then do not enter
 *	asleep? then wake		VM entry (a pending IPI makes it exit at once)
 *
 * Either the vCPU sees the wish, or the wisher sees in_guest: none is lost.
 */
#ifndef VTX_VM_SYNC_H
#define VTX_VM_SYNC_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/rcuwait.h>
#include <linux/types.h>

/* Requests: what a vCPU does before it enters the guest again. */
enum vcpu_request {
	VCPU_REQ_KICK,		/* return to userspace with VTX_EXIT_KICKED */
};

struct vcpu_sync {
	unsigned long requests;	/* atomic bits */
	int cpu;		/* CPU that @in_guest speaks of */
	bool in_guest;		/* written by the vCPU's thread */
	struct rcuwait wait;	/* that thread, while it sleeps in HLT */
};

void vcpu_sync_init(struct vcpu_sync *s);

/* Leave guest mode soon, and look again; or wake up. From any context but NMI. */
void vcpu_kick(struct vcpu_sync *s);

static inline void vcpu_request(struct vcpu_sync *s, enum vcpu_request req)
{
	set_bit(req, &s->requests);
	vcpu_kick(s);
}

/* The vCPU's own side, interrupts off. */
static __always_inline void vcpu_sync_enter(struct vcpu_sync *s)
{
	WRITE_ONCE(s->cpu, smp_processor_id());
	/* Full barrier: see the drawing. */
	smp_store_mb(s->in_guest, true);
}

static __always_inline void vcpu_sync_leave(struct vcpu_sync *s)
{
	/* What the guest did is over before in_guest is seen false. */
	smp_store_release(&s->in_guest, false);
}

/*
 * If @s is in the guest, adds its CPU to @cpus. After a full barrier that
 * follows the change to be announced.
 */
static inline void vcpu_sync_collect(const struct vcpu_sync *s, struct cpumask *cpus)
{
	/* Pairs with smp_store_release() in vcpu_sync_leave(). */
	if (smp_load_acquire(&s->in_guest))
		cpumask_set_cpu(READ_ONCE(s->cpu), cpus);
}

#endif /* VTX_VM_SYNC_H */
