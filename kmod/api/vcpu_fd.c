// SPDX-License-Identifier: GPL-2.0-only
/* vCPU file descriptors: VTX_RUN, VTX_KICK and the run area. */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

#include "../host/compat.h"
#include "../run/vcpu.h"
#include "ioctl.h"

static long run(void *object, union ioctl_arg *arg, u32 *bad)
{
	return vcpu_run(object);
}

static long kick(void *object, union ioctl_arg *arg, u32 *bad)
{
	struct vcpu *v = object;

	vcpu_request(&v->sync, VCPU_REQ_KICK);
	return 0;
}

static const struct ioctl_row rows[] = {
	{ .cmd = VTX_RUN, .own_mm = true, .handler = run },
	{ .cmd = VTX_KICK, .handler = kick },
};

static long vcpu_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vcpu *v = file->private_data;

	return ioctl_dispatch(rows, ARRAY_SIZE(rows), v, v->vm->mem.mm, cmd, arg);
}

/* The run area, shared, whole or from its start; private copies would go out of date. */
static int vcpu_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct vcpu *v = file->private_data;

	if (!(vma->vm_flags & VM_SHARED) || (vma->vm_flags & VM_EXEC))
		return -EINVAL;
	vm_flags_clear(vma, VM_MAYEXEC);
	return remap_vmalloc_range(vma, v->run, vma->vm_pgoff);
}

static int vcpu_release(struct inode *inode, struct file *file)
{
	struct vcpu *v = file->private_data;

	if (v)
		vm_put(v->vm);
	return 0;
}

static const struct file_operations vcpu_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = vcpu_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = vcpu_mmap,
	.release = vcpu_release,
	.llseek = noop_llseek,
};

/* The file comes before the vCPU: a vCPU, once made, stays until its VM goes. */
long vtx_vcpu_fd(struct vm *vm, u32 id)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);
	struct file *file;
	struct vcpu *v;
	int err;

	if (fd < 0)
		return fd;
	file = anon_inode_getfile("vtx-vcpu", &vcpu_fops, NULL, O_RDWR);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		goto out_fd;
	}
	err = vm_add_vcpu(vm, id, &v);
	if (err)
		goto out_file;
	kref_get(&vm->ref);
	file->private_data = v;
	fd_install(fd, file);
	return fd;

out_file:
	fput(file);
out_fd:
	put_unused_fd(fd);
	return err;
}
