// SPDX-License-Identifier: GPL-2.0-only
/*
 * Access to guest-physical memory on the guest's behalf, through the launcher's
 * mapping of it: the host's page tables do the rest.
 *
 * srcu is held throughout, so that an unmapped slot is not written to any more
 * when guest_mem_unmap() has returned.
 */
#include "guest_mem_priv.h"

#include <linux/minmax.h>
#include <linux/uaccess.h>

/* The part of @gpa's slot from @gpa on; NULL: there is none with these rights. */
static void __user *user_part(const struct mem_slots *slots, u64 gpa, u32 rights, u64 *bytes)
{
	const struct mem_slot *slot = slots_find(slots, gpa);
	u64 offset;

	if (!slot || rights & ~slot->flags)
		return NULL;
	offset = gpa - slot->gpa;
	*bytes = slot->bytes - offset;
	return (void __user *)(slot->hva + offset);
}

/**
 * guest_mem_read() - read guest-physical memory
 * @gm: the memory
 * @gpa: where; the range may cross pages and slots
 * @buf: where to
 * @len: bytes
 *
 * May sleep; the caller is a thread of the launcher.
 *
 * Return: 0, or -EFAULT when not all of it can be read.
 */
int guest_mem_read(struct guest_mem *gm, u64 gpa, void *buf, size_t len)
{
	int idx = srcu_read_lock(&gm->srcu);
	const struct mem_slots *slots = srcu_dereference(gm->slots, &gm->srcu);
	u64 bytes = 0;

	for (; len; len -= bytes, gpa += bytes, buf += bytes) {
		const void __user *from = user_part(slots, gpa, VTX_MEM_READ, &bytes);

		bytes = min_t(u64, bytes, len);
		if (!from || copy_from_user(buf, from, bytes))
			break;
	}
	srcu_read_unlock(&gm->srcu, idx);
	return len ? -EFAULT : 0;
}

/**
 * guest_mem_write() - write guest-physical memory
 * @gm: the memory
 * @gpa: where; the range may cross pages and slots
 * @buf: what
 * @len: bytes
 *
 * May sleep; the caller is a thread of the launcher. Slots without VTX_MEM_WRITE
 * are not written to.
 *
 * Return: 0, or -EFAULT when not all of it could be written; the rest was.
 */
int guest_mem_write(struct guest_mem *gm, u64 gpa, const void *buf, size_t len)
{
	int idx = srcu_read_lock(&gm->srcu);
	const struct mem_slots *slots = srcu_dereference(gm->slots, &gm->srcu);
	u64 bytes = 0;

	for (; len; len -= bytes, gpa += bytes, buf += bytes) {
		void __user *to = user_part(slots, gpa, VTX_MEM_WRITE, &bytes);

		bytes = min_t(u64, bytes, len);
		if (!to || copy_to_user(to, buf, bytes))
			break;
	}
	srcu_read_unlock(&gm->srcu, idx);
	return len ? -EFAULT : 0;
}

/**
 * guest_mem_covers() - whether there is a slot
 * @gm: the memory
 * @gpa: where
 *
 * Does not sleep and takes no lock.
 *
 * Return: whether a slot, of whatever rights, covers @gpa.
 */
bool guest_mem_covers(struct guest_mem *gm, u64 gpa)
{
	int idx = srcu_read_lock(&gm->srcu);
	bool covered = slots_find(srcu_dereference(gm->slots, &gm->srcu), gpa);

	srcu_read_unlock(&gm->srcu, idx);
	return covered;
}
