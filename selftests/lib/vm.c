// SPDX-License-Identifier: GPL-2.0-only
/* VMs, their memory and their vCPUs, for tests that are about something else. */
#include <stdarg.h>
#include <sched.h>

#include "vtxtest.h"

void vt_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "# %s:%d: ", file, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	_exit(KSFT_FAIL);
}

int vt_ioctl(int fd, unsigned long request, void *arg)
{
	int result = ioctl(fd, request, arg);

	return result < 0 ? -errno : result;
}

int vt_open(void)
{
	int fd = open("/dev/vtx", O_RDWR | O_CLOEXEC);

	vt_check(fd >= 0, "/dev/vtx: %s", strerror(errno));
	return fd;
}

unsigned long vt_rounds(unsigned long ci, unsigned long full)
{
	const char *wish = getenv("FULL");

	return wish && !strcmp(wish, "1") ? full : ci;
}

void vt_create(struct vt *vt, __u32 flags)
{
	struct vtx_create_vm create = VT_ARG(vtx_create_vm, .head.flags = flags);
	static int count;
	int error;

	memset(vt, 0, sizeof(*vt));
	vt->dev = vt_open();
	vt->info = VT_ARG(vtx_info);
	error = vt_ioctl(vt->dev, VTX_INFO, &vt->info);
	vt_check(!error, "VTX_INFO: %s", strerror(-error));
	snprintf(create.name, sizeof(create.name), "test-%d-%d", getpid(), count++);
	vt->fd = vt_ioctl(vt->dev, VTX_CREATE_VM, &create);
	vt_check(vt->fd >= 0, "VTX_CREATE_VM: %s", strerror(-vt->fd));
}

int vt_try_map(struct vt *vt, __u32 slot, __u32 flags, __u64 gpa, void *hva, __u64 bytes)
{
	struct vtx_map_memory map = VT_ARG(vtx_map_memory, .head.flags = flags, .slot = slot,
					   .gpa = gpa, .hva = (__u64)hva, .bytes = bytes);

	return vt_ioctl(vt->fd, VTX_MAP_MEMORY, &map);
}

void vt_map(struct vt *vt, __u32 slot, __u32 flags, __u64 gpa, void *hva, __u64 bytes)
{
	int error = vt_try_map(vt, slot, flags, gpa, hva, bytes);

	vt_check(!error, "VTX_MAP_MEMORY of slot %u at %llx: %s", slot,
		 (unsigned long long)gpa, strerror(-error));
}

int vt_unmap(struct vt *vt, __u32 slot)
{
	struct vtx_unmap_memory unmap = VT_ARG(vtx_unmap_memory, .slot = slot);

	return vt_ioctl(vt->fd, VTX_UNMAP_MEMORY, &unmap);
}

int vt_msi(struct vt *vt, __u64 address, __u32 data)
{
	struct vtx_msi msi = VT_ARG(vtx_msi, .address = address, .data = data);

	return vt_ioctl(vt->fd, VTX_MSI, &msi);
}

void vt_map_image(struct vt *vt)
{
	__u64 start = (__u64)__executable_start & ~(VT_PAGE - 1);
	__u64 bytes = ((__u64)_end - start + VT_PAGE - 1) & ~(VT_PAGE - 1);

	vt_map(vt, 0, VT_RWX, start, (void *)start, bytes);
}

void *vt_alloc(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	vt_check(memory != MAP_FAILED, "mmap of %zu bytes: %s", bytes, strerror(errno));
	return memory;
}

static void *group(struct vt *vt, struct vt_vcpu *vcpu, enum vtx_group n)
{
	return (char *)vcpu->area + vt->info.group[n].offset;
}

struct vt_vcpu *vt_add_vcpu(struct vt *vt, __u32 id)
{
	struct vtx_create_vcpu create = VT_ARG(vtx_create_vcpu, .id = id);
	struct vt_vcpu *vcpu = &vt->vcpu[id];

	vcpu->id = id;
	vcpu->fd = vt_ioctl(vt->fd, VTX_CREATE_VCPU, &create);
	vt_check(vcpu->fd >= 0, "VTX_CREATE_VCPU %u: %s", id, strerror(-vcpu->fd));
	vcpu->area = mmap(NULL, vt->info.run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			  vcpu->fd, 0);
	vt_check(vcpu->area != MAP_FAILED, "mmap of the run area: %s", strerror(errno));
	vcpu->run = vcpu->area;
	vcpu->gprs = group(vt, vcpu, VTX_GROUP_GPRS);
	vcpu->segs = group(vt, vcpu, VTX_GROUP_SEGS);
	vcpu->cregs = group(vt, vcpu, VTX_GROUP_CREGS);
	vcpu->dregs = group(vt, vcpu, VTX_GROUP_DREGS);
	vcpu->msrs = group(vt, vcpu, VTX_GROUP_MSRS);
	vcpu->events = group(vt, vcpu, VTX_GROUP_EVENTS);
	vcpu->fpu = group(vt, vcpu, VTX_GROUP_FPU);
	vcpu->counters = group(vt, vcpu, VTX_GROUP_COUNTERS);
	if (id) {
		*vcpu->events = (struct vtx_events) { .activity = VTX_ACTIVITY_RUNNING };
		vcpu->run->dirty |= VT_GROUP(EVENTS);
	}
	return vcpu;
}

void vt_destroy(struct vt *vt)
{
	for (int i = 0; i < VT_MAX_VCPUS; i++) {
		if (!vt->vcpu[i].area)
			continue;
		munmap(vt->vcpu[i].area, vt->info.run_size);
		close(vt->vcpu[i].fd);
	}
	close(vt->fd);
	close(vt->dev);
}

static bool lacks(const char *path, const char *why)
{
	if (!access(path, F_OK))
		return false;
	ksft_print_header();
	printf("1..0 # SKIP no %s: %s\n", path, why);
	return true;
}

int vt_main(int (*harness)(int argc, char **argv), int argc, char **argv,
	    const char *needs, const char *why)
{
	if (lacks("/dev/vtx", "vtx.ko is not loaded") || lacks(needs, why))
		return KSFT_SKIP;
	return harness(argc, argv);
}
