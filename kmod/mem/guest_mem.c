// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory from creation to destruction, and the change of its slots.
 *
 * A set of slots is replaced as a whole under slots_mutex. The pointer is
 * switched under lock, so that faults and notifiers, which decide under it, see
 * slots and entries that go together; srcu tells when the last reader of the
 * old set is done.
 */
#include "guest_mem_priv.h"

#include <linux/io.h>
#include <linux/mm.h>
#include <linux/processor.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

static struct mem_slots *alloc_slots(u32 nr)
{
	struct mem_slots *slots;

	return kvzalloc(struct_size(slots, slot, nr), GFP_KERNEL_ACCOUNT);
}

/**
 * guest_mem_map() - VTX_MAP_MEMORY
 * @gm: the memory
 * @req: the kernel's copy; head.size and the reserved fields were checked
 * @bad_field: out: byte offset of the field that is wrong, or VTX_NO_FIELD
 *
 * May sleep; the caller is a thread of the launcher.
 *
 * Return: 0, -EINVAL, -EEXIST or -ENOMEM, as the uapi says.
 */
int guest_mem_map(struct guest_mem *gm, const struct vtx_map_memory *req, u32 *bad_field)
{
	struct mem_slots *old, *new;
	struct mem_slot slot;
	int err;

	*bad_field = VTX_NO_FIELD;
	err = slot_from_request(&slot, req, &gm->limits, bad_field);
	if (err)
		return err;

	mutex_lock(&gm->slots_mutex);
	old = rcu_dereference_protected(gm->slots, lockdep_is_held(&gm->slots_mutex));
	err = slots_check_room(old, &slot, bad_field);
	if (err)
		goto unlock;
	err = -ENOMEM;
	new = alloc_slots(old->nr + 1);
	if (!new)
		goto unlock;
	slots_copy_with(new, old, &slot);

	spin_lock(&gm->lock);
	rcu_assign_pointer(gm->slots, new);
	spin_unlock(&gm->lock);
	synchronize_srcu_expedited(&gm->srcu);
	kvfree(old);
	err = 0;
unlock:
	mutex_unlock(&gm->slots_mutex);
	return err;
}

/* Faults that found the slot in the old set do not install any more. */
static void publish_without(struct guest_mem *gm, struct mem_slots *new,
			    const struct mem_slot *slot)
{
	struct ept_zap z;

	spin_lock(&gm->lock);
	rcu_assign_pointer(gm->slots, new);
	ept_zap_begin(&z, gm, true);
	ept_zap_prune(&z);
	ept_zap_range(&z, slot->gpa, slot->gpa + slot->bytes);
	ept_zap_finish(&z);
	spin_unlock(&gm->lock);
}

/**
 * guest_mem_unmap() - VTX_UNMAP_MEMORY
 * @gm: the memory
 * @id: the slot's number
 * @bad_field: out: byte offset of the field that is wrong, or VTX_NO_FIELD
 *
 * May sleep. When it returns 0, neither a vCPU nor the kernel on its behalf
 * reaches the memory any more.
 *
 * Return: 0, -EINVAL, -ENOENT or -ENOMEM, as the uapi says.
 */
int guest_mem_unmap(struct guest_mem *gm, u32 id, u32 *bad_field)
{
	const struct mem_slot *slot;
	struct mem_slots *old, *new;
	int err;

	*bad_field = offsetof(struct vtx_unmap_memory, slot);
	if (id >= MEM_SLOTS_MAX)
		return -EINVAL;

	mutex_lock(&gm->slots_mutex);
	old = rcu_dereference_protected(gm->slots, lockdep_is_held(&gm->slots_mutex));
	slot = slots_by_id(old, id);
	err = -ENOENT;
	if (!slot)
		goto unlock;
	*bad_field = VTX_NO_FIELD;
	err = -ENOMEM;
	new = alloc_slots(old->nr - 1);
	if (!new)
		goto unlock;
	slots_copy_without(new, old, slot);

	publish_without(gm, new, slot);
	synchronize_srcu_expedited(&gm->srcu);
	kvfree(old);
	err = 0;
unlock:
	mutex_unlock(&gm->slots_mutex);
	return err;
}

static u64 make_eptp(const struct guest_mem *gm, const struct guest_mem_config *cfg)
{
	return virt_to_phys(gm->root) | (EPT_LEVELS - 1) << EPTP_LEVELS_SHIFT |
	       (cfg->ept_wb ? EPTP_TYPE_WB : EPTP_TYPE_UC) | (cfg->ept_ad ? EPTP_AD : 0);
}

/* Last of all, since callbacks may come from then on. */
static int follow_current_mm(struct guest_mem *gm)
{
	int err;

	gm->mm = current->mm;
	gm->notifier.ops = &guest_mem_notifier_ops;
	err = mmu_notifier_register(&gm->notifier, gm->mm);

	/* A signal got in the way: the system call starts again after it. */
	return err == -EINTR ? -ERESTARTNOINTR : err;
}

/**
 * guest_mem_init() - memory for a new guest, backed by the current process
 * @gm: the memory, all zero
 * @cfg: what the CPU can do
 * @ops: calls to the owner; they may come before this returns
 * @owner: passed to @ops
 *
 * May sleep.
 *
 * Return: 0, -ENOMEM or -ERESTARTNOINTR.
 */
int guest_mem_init(struct guest_mem *gm, const struct guest_mem_config *cfg,
		   const struct guest_mem_ops *ops, void *owner)
{
	struct mem_slots *none;
	int err = -ENOMEM;

	gm->ops = ops;
	gm->owner = owner;
	gm->hw_ad = cfg->ept_ad;
	gm->limits.gpa_end = BIT_ULL(min_t(u8, cfg->phys_bits, EPT_BITS));
	gm->limits.hva_end = TASK_SIZE_MAX;
	mutex_init(&gm->slots_mutex);
	spin_lock_init(&gm->lock);
	guest_mem_new_tlb_gen(gm);

	none = alloc_slots(0);
	if (!none)
		return err;
	RCU_INIT_POINTER(gm->slots, none);
	gm->root = ept_table_alloc();
	if (!gm->root)
		goto free_slots;
	gm->eptp = make_eptp(gm, cfg);
	err = init_srcu_struct(&gm->srcu);
	if (err)
		goto free_root;
	err = follow_current_mm(gm);
	if (err)
		goto cleanup_srcu;
	return 0;

cleanup_srcu:
	cleanup_srcu_struct(&gm->srcu);
free_root:
	ept_table_free(gm->root);
free_slots:
	kvfree(none);
	return err;
}

/**
 * guest_mem_destroy() - the end of a guest's memory
 * @gm: the memory; no vCPU uses it any more
 *
 * May be called by any process, also after the launcher's address space is
 * gone. May sleep; the caller holds nothing that a page fault or reclaim may
 * take. Unregistering runs the release callback unless the exit of the mm has
 * done so already, waits for callbacks that are running, and drops the
 * reference to the mm, so that the tables are nobody's afterwards.
 */
void guest_mem_destroy(struct guest_mem *gm)
{
	mmu_notifier_unregister(&gm->notifier, gm->mm);
	ept_tables_free_all(gm->root);
	cleanup_srcu_struct(&gm->srcu);
	kvfree(rcu_dereference_protected(gm->slots, true));
}

/**
 * guest_mem_exit() - at module exit, after the last guest_mem_destroy()
 *
 * No callback of ours may be left in the notifiers' SRCU queue when the code
 * goes away.
 */
void guest_mem_exit(void)
{
	mmu_notifier_synchronize();
}
