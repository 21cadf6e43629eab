// SPDX-License-Identifier: GPL-2.0-only
/* /dev/vtx and VMs: one ioctl per function. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include "libvtx.h"

__thread uint32_t vtx_error_field = VTX_NO_FIELD;

/* All structs begin with struct vtx_head: fill it in, call, keep the blame. */
static int call(int fd, unsigned long request, struct vtx_head *head, uint32_t size)
{
	int ret;

	head->size = size;
	head->error_field = VTX_NO_FIELD;
	ret = ioctl(fd, request, head);
	vtx_error_field = head->error_field;
	return ret;
}

int vtx_open(void)
{
	return open(VTX_DEVICE, O_RDWR | O_CLOEXEC);
}

const char *vtx_open_hint(int error)
{
	switch (error) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return VTX_DEVICE ": the module is not loaded; modprobe vtx (or insmod vtx.ko)";
	case EACCES:
	case EPERM:
		return VTX_DEVICE ": permission denied; join group kvm or become root";
	case EMFILE:
	case ENFILE:
		return VTX_DEVICE ": too many open files; raise the limit (ulimit -n)";
	default:
		return VTX_DEVICE ": cannot be opened; dmesg may tell why";
	}
}

int vtx_get_info(int dev, struct vtx_info *info)
{
	memset(info, 0, sizeof(*info));
	if (call(dev, VTX_INFO, &info->head, sizeof(*info)))
		return -1;
	if (info->api_version != VTX_API_VERSION) {
		errno = EPROTO;
		return -1;
	}
	return 0;
}

int vtx_vm_create(int dev, const char *name, uint32_t flags)
{
	struct vtx_create_vm arg = { .head.flags = flags };
	size_t len = name ? strlen(name) : 0;

	if (len >= sizeof(arg.name)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (len)
		memcpy(arg.name, name, len);
	return call(dev, VTX_CREATE_VM, &arg.head, sizeof(arg));
}

int vtx_mem_map(int vm, uint32_t slot, uint64_t gpa, const void *hva, uint64_t bytes,
		uint32_t flags)
{
	struct vtx_map_memory arg = {
		.head.flags = flags,
		.slot = slot,
		.gpa = gpa,
		.bytes = bytes,
		.hva = (uintptr_t)hva,
	};

	return call(vm, VTX_MAP_MEMORY, &arg.head, sizeof(arg));
}

int vtx_mem_unmap(int vm, uint32_t slot)
{
	struct vtx_unmap_memory arg = { .slot = slot };

	return call(vm, VTX_UNMAP_MEMORY, &arg.head, sizeof(arg));
}

int vtx_msi(int vm, uint64_t address, uint32_t data)
{
	struct vtx_msi arg = { .address = address, .data = data };

	return call(vm, VTX_MSI, &arg.head, sizeof(arg));
}
