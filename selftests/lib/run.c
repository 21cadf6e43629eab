// SPDX-License-Identifier: GPL-2.0-only
/* Running a vCPU, from this thread or from one of its own. */
#include <sched.h>

#include "vtxtest.h"

int vt_run(struct vt_vcpu *vcpu)
{
	return vt_ioctl(vcpu->fd, VTX_RUN, NULL);
}

__u32 vt_exit(struct vt_vcpu *vcpu)
{
	int error = vt_run(vcpu);

	vt_check(!error, "VTX_RUN: %s, error_field %u", strerror(-error),
		 vcpu->run->error_field);
	return vcpu->run->exit_reason;
}

int vt_commit(struct vt_vcpu *vcpu, __u64 groups)
{
	int error;

	vcpu->run->dirty |= groups;
	vcpu->run->immediate_exit = 1;
	error = vt_run(vcpu);
	vcpu->run->immediate_exit = 0;
	return error;
}

void vt_fetch(struct vt_vcpu *vcpu, __u64 groups)
{
	__u64 want = vcpu->run->want;
	int error;

	vcpu->run->want = groups;
	error = vt_commit(vcpu, 0);
	vcpu->run->want = want;
	vt_check(!error, "VTX_RUN with immediate_exit: %s, error_field %u", strerror(-error),
		 vcpu->run->error_field);
	vt_check((vcpu->run->valid & groups) == groups, "valid is %llx, not %llx",
		 (unsigned long long)vcpu->run->valid, (unsigned long long)groups);
}

/* An exit that no test of ours expects */
static void fail_exit(struct vt_vcpu *vcpu)
{
	struct vtx_run *run = vcpu->run;
	__u32 reason = run->exit_reason, hw_reason = run->hw_reason;
	unsigned long long rip, words[3];

	memcpy(words, run->pad, sizeof(words));
	vt_fetch(vcpu, VT_GROUP(GPRS));
	rip = vcpu->gprs->rip;
	vt_fail(__FILE__, __LINE__,
		"exit %u (hw %u) of vCPU %u, details %llx %llx %llx, RIP now %llx", reason,
		hw_reason, vcpu->id, words[0], words[1], words[2], rip);
}

__u32 vt_until(struct vt_vcpu *vcpu, __u16 port)
{
	struct vtx_run *run = vcpu->run;

	for (;;) {
		int error = vt_run(vcpu);

		if (error == -EINTR)
			continue;
		vt_check(!error, "VTX_RUN: %s, error_field %u", strerror(-error),
			 run->error_field);
		if (run->exit_reason == VTX_EXIT_KICKED)
			continue;
		if (run->exit_reason != VTX_EXIT_IO || !run->io.write)
			fail_exit(vcpu);
		vt_check(run->io.port != VT_PORT_FAIL, "the guest failed, line %llu",
			 (unsigned long long)run->io.data);
		if (run->io.port == port)
			return run->io.data;
		fail_exit(vcpu);
	}
}

__u32 vt_until_done(struct vt_vcpu *vcpu)
{
	return vt_until(vcpu, VT_PORT_DONE);
}

__u32 vt_until_sync(struct vt_vcpu *vcpu)
{
	return vt_until(vcpu, VT_PORT_SYNC);
}

static void *thread_main(void *arg)
{
	return (void *)(unsigned long)vt_until_done(arg);
}

void vt_thread(pthread_t *thread, struct vt_vcpu *vcpu)
{
	int error = pthread_create(thread, NULL, thread_main, vcpu);

	vt_check(!error, "pthread_create: %s", strerror(error));
}

__u32 vt_join(pthread_t thread)
{
	void *value;
	int error = pthread_join(thread, &value);

	vt_check(!error, "pthread_join: %s", strerror(error));
	return (unsigned long)value;
}

void vt_wait_for(volatile __u32 *variable, __u32 value)
{
	while (*variable != value)
		sched_yield();
}
