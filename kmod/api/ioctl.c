// SPDX-License-Identifier: GPL-2.0-only
/* The common part of all ioctls: the rules on top of <linux/vtx.h>. */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "ioctl.h"

static long fail(u32 *bad, u32 offset)
{
	*bad = offset;
	return -EINVAL;
}

/*
 * @usize was read from userspace once; @arg->head.size is not used again. More
 * than a page is no struct, and would be read to its end in search of zeroes.
 */
static long copy_in(const struct ioctl_row *row, union ioctl_arg *arg, void __user *uarg,
		    u32 usize, u32 *bad)
{
	long err;

	if (usize < row->size)
		return fail(bad, offsetof(struct vtx_head, size));
	if (usize > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(arg, row->size, uarg, usize);
	if (err)
		return err;
	if (arg->head.flags & ~row->flags)
		return fail(bad, offsetof(struct vtx_head, flags));
	if (arg->head.reserved)
		return fail(bad, offsetof(struct vtx_head, reserved));
	return 0;
}

static long call_with_struct(const struct ioctl_row *row, void *object, void __user *uarg)
{
	struct vtx_head __user *uhead = uarg;
	union ioctl_arg arg = {};
	u32 usize, bad = VTX_NO_FIELD;
	long ret;

	if (get_user(usize, &uhead->size))
		return -EFAULT;
	if (usize < sizeof(struct vtx_head))
		return -EINVAL;
	/* Before anything changes: where this fails, reporting would fail too. */
	if (put_user(VTX_NO_FIELD, &uhead->error_field))
		return -EFAULT;

	ret = copy_in(row, &arg, uarg, usize, &bad);
	if (!ret)
		ret = row->handler(object, &arg, &bad);
	if (ret < 0) {
		if (bad != VTX_NO_FIELD && put_user(bad, &uhead->error_field))
			return -EFAULT;
		return ret;
	}
	if (row->copy_out) {
		arg.head.size = usize;
		arg.head.error_field = VTX_NO_FIELD;
		if (copy_to_user(uarg, &arg, row->size))
			return -EFAULT;
	}
	return ret;
}

long ioctl_dispatch(const struct ioctl_row *rows, int count, void *object,
		    const struct mm_struct *mm, unsigned int cmd, unsigned long arg)
{
	const struct ioctl_row *row = rows;

	/* The size in the number is that of the caller's struct, which may be another version. */
	while (row < rows + count && (row->cmd ^ cmd) & ~IOCSIZE_MASK)
		row++;
	if (row == rows + count)
		return -ENOTTY;
	if (row->own_mm && current->mm != mm)
		return -EIO;
	if (row->size)
		return call_with_struct(row, object, (void __user *)arg);
	return arg ? -EINVAL : row->handler(object, NULL, NULL);
}
