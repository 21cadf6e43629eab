// SPDX-License-Identifier: GPL-2.0-only
/* VM file descriptors: memory, vCPUs, MSIs. */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "../run/vcpu.h"
#include "ioctl.h"

static long map_memory(void *object, union ioctl_arg *arg, u32 *bad)
{
	struct vm *vm = object;

	if (arg->map_memory.reserved) {
		*bad = offsetof(struct vtx_map_memory, reserved);
		return -EINVAL;
	}
	return guest_mem_map(&vm->mem, &arg->map_memory, bad);
}

static long unmap_memory(void *object, union ioctl_arg *arg, u32 *bad)
{
	struct vm *vm = object;

	if (arg->unmap_memory.reserved) {
		*bad = offsetof(struct vtx_unmap_memory, reserved);
		return -EINVAL;
	}
	return guest_mem_unmap(&vm->mem, arg->unmap_memory.slot, bad);
}

static long create_vcpu(void *object, union ioctl_arg *arg, u32 *bad)
{
	const struct vtx_create_vcpu *create = &arg->create_vcpu;
	long ret;

	*bad = offsetof(struct vtx_create_vcpu, id);
	if (create->id >= VTX_MAX_VCPUS)
		return -EINVAL;
	if (create->reserved) {
		*bad = offsetof(struct vtx_create_vcpu, reserved);
		return -EINVAL;
	}
	ret = vtx_vcpu_fd(object, create->id);
	if (ret != -EEXIST)
		*bad = VTX_NO_FIELD;
	return ret;
}

static long send_msi(void *object, union ioctl_arg *arg, u32 *bad)
{
	const struct vtx_msi *msi = &arg->msi;
	struct vm *vm = object;
	struct lapic_msg msg;
	int err;

	if (!vm->has_apic)
		return -ENODEV;
	err = lapic_decode_msi(msi->address, msi->data, &msg);
	if (err == -ERANGE)
		*bad = offsetof(struct vtx_msi, address);
	else if (err)
		*bad = offsetof(struct vtx_msi, data);
	else if (msi->reserved)
		*bad = offsetof(struct vtx_msi, reserved);
	return *bad == VTX_NO_FIELD ? vm_deliver(vm, &msg) : -EINVAL;
}

#define MEM_FLAGS	(VTX_MEM_READ | VTX_MEM_WRITE | VTX_MEM_EXEC)

static const struct ioctl_row rows[] = {
	{ .cmd = VTX_MAP_MEMORY, .size = sizeof(struct vtx_map_memory), .flags = MEM_FLAGS,
	  .own_mm = true, .handler = map_memory },
	{ .cmd = VTX_UNMAP_MEMORY, .size = sizeof(struct vtx_unmap_memory),
	  .own_mm = true, .handler = unmap_memory },
	{ .cmd = VTX_CREATE_VCPU, .size = sizeof(struct vtx_create_vcpu),
	  .own_mm = true, .handler = create_vcpu },
	{ .cmd = VTX_MSI, .size = sizeof(struct vtx_msi), .handler = send_msi },
};

static long vm_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vm *vm = file->private_data;

	return ioctl_dispatch(rows, ARRAY_SIZE(rows), vm, vm->mem.mm, cmd, arg);
}

static int vm_release(struct inode *inode, struct file *file)
{
	vm_put(file->private_data);
	return 0;
}

static const struct file_operations vm_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = vm_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = vm_release,
	.llseek = noop_llseek,
};

/* Takes over the caller's reference to @vm, also when it fails. */
long vtx_vm_fd(struct vm *vm)
{
	int fd = anon_inode_getfd("vtx-vm", &vm_fops, vm, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		vm_put(vm);
	return fd;
}
