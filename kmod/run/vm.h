/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM: guest memory, vCPUs, a name.
 *
 * Lock letters: I immutable after creation, m vm->lock, r written under m and
 * read by anyone with smp_load_acquire(), a atomic.
 */
#ifndef VTX_RUN_VM_H
#define VTX_RUN_VM_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/vtx.h>

#include "../irq/lapic.h"
#include "../mem/guest_mem.h"

#define VTX_MAX_VCPUS	64

struct vcpu;

struct vm {
	struct kref ref;			/* a: one for each open VM and vCPU fd */
	struct list_head link;			/* vm_list_lock */
	char name[VTX_NAME_SIZE];		/* I */
	bool has_apic;				/* I */
	bool dead;				/* a: a vCPU met what vtx cannot handle */
	u64 tsc_offset;				/* I: the guest's clock starts at 0 */
	struct guest_mem mem;
	struct mutex lock;			/* held while a vCPU is added */
	struct vcpu *vcpus[VTX_MAX_VCPUS];	/* r: grows only */
};

/* Creates a VM with one reference; @name is checked and not empty. */
struct vm *vm_create(const char *name, u32 flags);
void vm_put(struct vm *vm);

static inline struct vcpu *vm_vcpu(struct vm *vm, u32 id)
{
	/* Pairs with smp_store_release() in vm_add_vcpu(). */
	return smp_load_acquire(&vm->vcpus[id]);
}

/* No vCPU of it enters the guest again; true for the first to say so. */
bool vm_kill(struct vm *vm);

/* Delivers @msg to the local APICs that match: the number that took it. */
int vm_deliver(struct vm *vm, const struct lapic_msg *msg);

#endif /* VTX_RUN_VM_H */
