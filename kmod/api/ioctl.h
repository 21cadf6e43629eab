/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ioctls as rows of a table. The dispatcher copies the argument, checks what
 * all of them have in common (size, flags, reserved, address space), calls the
 * handler with a kernel copy, and reports the field that was wrong.
 */
#ifndef VTX_API_IOCTL_H
#define VTX_API_IOCTL_H

#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/types.h>
#include <linux/vtx.h>

union ioctl_arg {
	struct vtx_head head;
	struct vtx_info info;
	struct vtx_create_vm create_vm;
	struct vtx_map_memory map_memory;
	struct vtx_unmap_memory unmap_memory;
	struct vtx_create_vcpu create_vcpu;
	struct vtx_msi msi;
};

struct ioctl_row {
	unsigned int cmd;
	u32 size;		/* of the struct; 0: the ioctl takes no argument */
	u32 flags;		/* that head.flags may have */
	bool copy_out;		/* the whole struct goes back on success */
	bool own_mm;		/* only in the address space that made the VM */
	/* >= 0 or errno; *bad is the offset of the field that was refused. */
	long (*handler)(void *object, union ioctl_arg *arg, u32 *bad);
};

/* @mm: the address space of the VM that @object belongs to, for rows with own_mm. */
long ioctl_dispatch(const struct ioctl_row *rows, int count, void *object,
		    const struct mm_struct *mm, unsigned int cmd, unsigned long arg);

/* dev.c, vm_fd.c, vcpu_fd.c: what makes file descriptors of their kind. */
int vtx_dev_register(void);
void vtx_dev_unregister(void);
struct vm;
long vtx_vm_fd(struct vm *vm);
long vtx_vcpu_fd(struct vm *vm, u32 id);

#endif /* VTX_API_IOCTL_H */
