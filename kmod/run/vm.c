// SPDX-License-Identifier: GPL-2.0-only
/* VMs: names, life and death, interrupts from outside, and the flush of guest memory. */
#include <linux/cpumask.h>
#include <linux/nospec.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <asm/msr.h>

#include "../host/caps.h"
#include "vcpu.h"
#include "vm.h"

static DEFINE_MUTEX(vm_list_lock);	/* protects vm_list, and with it names */
static LIST_HEAD(vm_list);

static DEFINE_PER_CPU(struct cpumask, flush_cpus);

/* The IPI itself is the point: whoever takes it has left the guest. */
static void flush_ack(void *unused)
{
}

/*
 * The TLB generation of guest memory has moved. Vcpus outside of the guest will
 * see that before they enter; those inside are made to leave, and waited for.
 */
static void vm_flush(void *owner)
{
	struct vm *vm = owner;
	struct cpumask *cpus;
	u32 id;

	preempt_disable();
	cpus = this_cpu_ptr(&flush_cpus);
	cpumask_clear(cpus);
	for (id = 0; id < VTX_MAX_VCPUS; id++) {
		struct vcpu *v = vm_vcpu(vm, id);

		if (v)
			vcpu_sync_collect(&v->sync, cpus);
	}
	smp_call_function_many(cpus, flush_ack, NULL, true);
	preempt_enable();
}

static const struct guest_mem_ops mem_ops = {
	.flush = vm_flush,
};

bool vm_kill(struct vm *vm)
{
	u32 id;

	if (xchg(&vm->dead, true))
		return false;
	for (id = 0; id < VTX_MAX_VCPUS; id++) {
		struct vcpu *v = vm_vcpu(vm, id);

		if (v)
			vcpu_kick(&v->sync);
	}
	return true;
}

static bool name_taken(const char *name)
{
	struct vm *vm;

	list_for_each_entry(vm, &vm_list, link)
		if (!strcmp(vm->name, name))
			return true;
	return false;
}

/* A VM is in the list, and its name taken, from here until its last fd is closed. */
static int vm_enlist(struct vm *vm)
{
	int err = 0;

	mutex_lock(&vm_list_lock);
	if (name_taken(vm->name))
		err = -EEXIST;
	else
		list_add_tail(&vm->link, &vm_list);
	mutex_unlock(&vm_list_lock);
	return err;
}

static void vm_delist(struct vm *vm)
{
	mutex_lock(&vm_list_lock);
	list_del(&vm->link);
	mutex_unlock(&vm_list_lock);
}

struct vm *vm_create(const char *name, u32 flags)
{
	struct guest_mem_config config = {
		.phys_bits = vmx_caps.phys_bits,
		.ept_ad = vmx_caps.ept_ad,
		.ept_wb = true,
	};
	struct vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	int err;

	if (!vm)
		return ERR_PTR(-ENOMEM);
	kref_init(&vm->ref);
	mutex_init(&vm->lock);
	strscpy(vm->name, name, sizeof(vm->name));
	vm->has_apic = !(flags & VTX_VM_NO_APIC);
	vm->tsc_offset = -rdtsc();

	err = vm_enlist(vm);
	if (err)
		goto out_free;
	err = guest_mem_init(&vm->mem, &config, &mem_ops, vm);
	if (err)
		goto out_delist;
	return vm;

out_delist:
	vm_delist(vm);
out_free:
	kfree(vm);
	return ERR_PTR(err);
}

static void vm_release(struct kref *ref)
{
	struct vm *vm = container_of(ref, struct vm, ref);
	u32 id;

	/* Memory first: its notifier may flush until it is gone, and looks at the vCPUs. */
	guest_mem_destroy(&vm->mem);
	for (id = 0; id < VTX_MAX_VCPUS; id++)
		if (vm->vcpus[id])
			vcpu_destroy(vm->vcpus[id]);
	vm_delist(vm);
	kfree(vm);
}

void vm_put(struct vm *vm)
{
	kref_put(&vm->ref, vm_release);
}

int vm_add_vcpu(struct vm *vm, u32 id, struct vcpu **out)
{
	struct vcpu *v;
	int err = 0;

	id = array_index_nospec(id, VTX_MAX_VCPUS);
	mutex_lock(&vm->lock);
	if (vm->vcpus[id]) {
		err = -EEXIST;
		goto out;
	}
	v = vcpu_create(vm, id);
	if (IS_ERR(v)) {
		err = PTR_ERR(v);
		goto out;
	}
	/* Pairs with smp_load_acquire() in vm_vcpu(): who sees it sees it whole. */
	smp_store_release(&vm->vcpus[id], v);
	*out = v;
out:
	mutex_unlock(&vm->lock);
	return err;
}

int vm_deliver(struct vm *vm, const struct lapic_msg *msg)
{
	int taken = 0;
	u32 id;

	for (id = 0; id < VTX_MAX_VCPUS; id++) {
		struct vcpu *v = vm_vcpu(vm, id);

		if (!v || !lapic_matches(&v->lapic, msg->dest, msg->logical, LAPIC_TO_DEST, NULL))
			continue;
		if (!lapic_deliver_msg(&v->lapic, msg))
			continue;
		vcpu_kick(&v->sync);
		taken++;
		/* A lowest-priority message is for one of them. */
		if (msg->mode == LAPIC_MODE_LOWEST)
			break;
	}
	return taken;
}
