// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading guest-physical memory on the guest's behalf, through the launcher's
 * mapping of it: the host's page tables do the rest.
 *
 * srcu is held for the look-up alone. The copy may wait for the launcher (in a
 * userfaultfd), which may itself wait in guest_mem_unmap() for readers of srcu.
 */
#include "guest_mem_priv.h"

#include <linux/minmax.h>
#include <linux/uaccess.h>

/* Where the launcher has @gpa, and for how many bytes from there; NULL: nowhere. */
static const void __user *user_part(struct guest_mem *gm, u64 gpa, u64 *bytes)
{
	int idx = srcu_read_lock(&gm->srcu);
	const struct mem_slot *slot;
	const void __user *from = NULL;

	slot = slots_find(srcu_dereference(gm->slots, &gm->srcu), gpa);
	if (slot && (slot->flags & VTX_MEM_READ)) {
		*bytes = slot->bytes - (gpa - slot->gpa);
		from = (const void __user *)(slot->hva + (gpa - slot->gpa));
	}
	srcu_read_unlock(&gm->srcu, idx);
	return from;
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
	u64 bytes = 0;

	for (; len; len -= bytes, gpa += bytes, buf += bytes) {
		const void __user *from = user_part(gm, gpa, &bytes);

		bytes = min_t(u64, bytes, len);
		if (!from || copy_from_user(buf, from, bytes))
			return -EFAULT;
	}
	return 0;
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
