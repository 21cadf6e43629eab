// SPDX-License-Identifier: GPL-2.0-only
/* vCPUs and their run areas. */

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libvtx.h"

static const uint32_t group_bytes[VTX_GROUP_COUNT] = {
	[VTX_GROUP_GPRS] = sizeof(struct vtx_gprs),
	[VTX_GROUP_SEGS] = sizeof(struct vtx_segs),
	[VTX_GROUP_CREGS] = sizeof(struct vtx_cregs),
	[VTX_GROUP_DREGS] = sizeof(struct vtx_dregs),
	[VTX_GROUP_MSRS] = sizeof(struct vtx_msrs),
	[VTX_GROUP_EVENTS] = sizeof(struct vtx_events),
	[VTX_GROUP_FPU] = 576,	/* legacy region and XSAVE header */
	[VTX_GROUP_COUNTERS] = sizeof(struct vtx_counters),
};

static bool layout_is_sane(const struct vtx_info *info)
{
	unsigned int i;

	if (info->run_size < sizeof(struct vtx_run))
		return false;
	for (i = 0; i < VTX_GROUP_COUNT; i++) {
		const struct vtx_group_info *g = &info->group[i];

		if (g->size < group_bytes[i] || g->offset < sizeof(struct vtx_run) ||
		    g->offset > info->run_size || g->size > info->run_size - g->offset)
			return false;
	}
	return true;
}

int vtx_vcpu_create(int vm, const struct vtx_info *info, uint32_t id, struct vtx_vcpu *vcpu)
{
	struct vtx_create_vcpu arg = { .head.size = sizeof(arg), .id = id };
	void *map;

	memset(vcpu, 0, sizeof(*vcpu));
	vcpu->fd = -1;
	if (!layout_is_sane(info)) {
		errno = EPROTO;
		return -1;
	}

	arg.head.error_field = VTX_NO_FIELD;
	vcpu->fd = ioctl(vm, VTX_CREATE_VCPU, &arg);
	vtx_error_field = arg.head.error_field;
	if (vcpu->fd < 0)
		return -1;

	map = mmap(NULL, info->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (map == MAP_FAILED) {
		int error = errno;

		vtx_vcpu_destroy(vcpu);
		errno = error;
		return -1;
	}
	vcpu->run = map;
	vcpu->run_size = info->run_size;
	memcpy(vcpu->group, info->group, sizeof(vcpu->group));
	return 0;
}

void vtx_vcpu_destroy(struct vtx_vcpu *vcpu)
{
	if (vcpu->run)
		munmap(vcpu->run, vcpu->run_size);
	if (vcpu->fd >= 0)
		close(vcpu->fd);
	vcpu->run = NULL;
	vcpu->fd = -1;
}

int vtx_run(const struct vtx_vcpu *vcpu)
{
	return ioctl(vcpu->fd, VTX_RUN, 0);
}

int vtx_kick(const struct vtx_vcpu *vcpu)
{
	return ioctl(vcpu->fd, VTX_KICK, 0);
}

int vtx_state_read(const struct vtx_vcpu *vcpu, uint64_t groups)
{
	struct vtx_run *run = vcpu->run;
	uint64_t want = run->want;
	int ret;

	run->want = groups;
	run->immediate_exit = 1;
	ret = vtx_run(vcpu);
	run->immediate_exit = 0;
	run->want = want;
	/* A pending signal does not keep the groups from being delivered. */
	if (ret && errno != EINTR)
		return -1;
	if ((run->valid & groups) != groups) {
		errno = ENODATA;
		return -1;
	}
	return 0;
}
