// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many of everything, bounded by rounds: FULL=1 in the environment lifts the
 * bounds.  A guest that counts runs all the while, and must count right.
 */
#include <sched.h>

#include "guest.h"

#define AT	VT_FREE
#define BYTES	(16 * VT_PAGE)

static volatile __u64 counter;
static volatile __u32 stop;
static volatile __u32 running;

FIXTURE(storm)
{
	struct vt vt;
	struct vt_vcpu *vcpu;
	unsigned long rounds;
};

FIXTURE_SETUP(storm)
{
	vt_boot(&self->vt, NULL);
	self->vcpu = &self->vt.vcpu[0];
	self->rounds = vt_rounds(100, 20000);
}

FIXTURE_TEARDOWN(storm)
{
	vt_destroy(&self->vt);
}

/* Two counters that must agree, one of them only in a register */
static GUEST void count(void)
{
	__u64 mine = 0;

	running = 1;
	while (!stop) {
		__u32 regs[4];

		GUEST_CHECK(counter == mine);
		counter = ++mine;
		guest_cpuid(0, 0, regs);
	}
	guest_done();
}

/* Touches every page, in a slot that comes and goes, through MMIO then */
static GUEST void touch(void)
{
	running = 1;
	while (!stop) {
		for (__u64 at = AT; at < AT + BYTES; at += VT_PAGE) {
			write32(at, at);
			(void)read32(at);
		}
		counter++;
	}
	guest_done();
}

/* Runs, answers MMIO with zeroes, tries again at holes, until the guest is done */
static void *serve(void *arg)
{
	struct vt_vcpu *vcpu = arg;
	struct vtx_run *run = vcpu->run;

	for (;;) {
		int error = vt_run(vcpu);

		if (error == -EINTR)
			continue;
		vt_check(!error, "VTX_RUN: %s, field %u", strerror(-error), run->error_field);
		switch (run->exit_reason) {
		case VTX_EXIT_KICKED:
		case VTX_EXIT_MEMORY_FAULT:
			break;
		case VTX_EXIT_MMIO:
			run->mmio.data = 0;
			break;
		case VTX_EXIT_IO:
			vt_check(run->io.port == VT_PORT_DONE, "the guest failed, line %llu",
				 (unsigned long long)run->io.data);
			return NULL;
		default:
			vt_fail(__FILE__, __LINE__, "exit %u", run->exit_reason);
		}
	}
}

static pthread_t serve_in_thread(struct vt_vcpu *vcpu, void (*entry)(void))
{
	pthread_t thread;
	int error;

	vt_enter64(vcpu, entry, 0);
	error = pthread_create(&thread, NULL, serve, vcpu);
	vt_check(!error, "pthread_create: %s", strerror(error));
	vt_wait_for(&running, 1);
	return thread;
}

static void end_service(pthread_t thread)
{
	stop = 1;
	pthread_join(thread, NULL);
}

static GUEST void at_once(void)
{
	guest_done();
}

TEST_F(storm, create_and_destroy)
{
	for (unsigned long i = 0; i < self->rounds / 4; i++) {
		struct vt vt;

		vt_boot(&vt, at_once);
		vt_until_done(&vt.vcpu[0]);
		if (i % 4 == 0)
			vt_add_vcpu(&vt, 1);
		vt_destroy(&vt);
	}
}

TEST_F(storm, map_and_unmap)
{
	void *memory = vt_alloc(BYTES);
	pthread_t thread = serve_in_thread(self->vcpu, touch);

	for (unsigned long i = 0; i < self->rounds; i++) {
		vt_map(&self->vt, 1, i % 3 ? VT_RW : VTX_MEM_READ, AT, memory, BYTES);
		sched_yield();
		ASSERT_EQ(0, vt_unmap(&self->vt, 1));
	}
	end_service(thread);
	EXPECT_LT(0, counter);
}

TEST_F(storm, address_space)
{
	char *memory = vt_alloc(BYTES);
	pthread_t thread;

	vt_map(&self->vt, 1, VT_RW, AT, memory, BYTES);
	thread = serve_in_thread(self->vcpu, touch);
	for (unsigned long i = 0; i < self->rounds; i++) {
		size_t part = i % 16 * VT_PAGE;

		ASSERT_EQ(0, madvise(memory, BYTES - part, MADV_DONTNEED));
		ASSERT_EQ(0, mprotect(memory + part, VT_PAGE, PROT_READ));
		sched_yield();
		ASSERT_EQ(0, munmap(memory + part, VT_PAGE));
		sched_yield();
		ASSERT_EQ(memory + part, mmap(memory + part, VT_PAGE, PROT_READ | PROT_WRITE,
					      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	}
	end_service(thread);
	EXPECT_LT(0, counter);
}

static volatile __u32 signals;

static void on_signal(int number)
{
	(void)number;
	signals++;
}

TEST_F(storm, signals)
{
	struct sigaction action = { .sa_handler = on_signal };
	pthread_t thread;

	sigaction(SIGUSR1, &action, NULL);
	thread = serve_in_thread(self->vcpu, count);
	for (unsigned long i = 0; i < self->rounds; i++) {
		__u32 before = signals;

		ASSERT_EQ(0, pthread_kill(thread, SIGUSR1));
		while (signals == before)
			sched_yield();
	}
	end_service(thread);
	EXPECT_EQ(self->rounds, signals);
	EXPECT_LT(0, counter);
}

TEST_F(storm, kicks)
{
	pthread_t thread = serve_in_thread(self->vcpu, count);

	for (unsigned long i = 0; i < self->rounds; i++) {
		ASSERT_EQ(0, vt_ioctl(self->vcpu->fd, VTX_KICK, NULL));
		sched_yield();
	}
	end_service(thread);
	EXPECT_LT(0, counter);
}

struct rewriter {
	struct vt_vcpu *vcpu;
	__u32 bytes;
	volatile __u32 stop;
};

static __u32 next_random(__u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Whatever is written where: VTX_RUN refuses it or runs, and the host lives */
static void *rewrite(void *arg)
{
	struct rewriter *rewriter = arg;
	volatile __u32 *words = rewriter->vcpu->area;
	__u32 random = 1;

	while (!rewriter->stop) {
		__u32 where = next_random(&random) % (rewriter->bytes / 4);
		__u32 what = next_random(&random);

		words[where] = what & 1 ? what : what % 16;
	}
	return NULL;
}

TEST_F(storm, run_area_rewritten)
{
	struct rewriter rewriter = { self->vcpu, self->vt.info.run_size, 0 };
	unsigned long allowed = 0;
	pthread_t thread;

	vt_enter64(self->vcpu, count, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, rewrite, &rewriter));
	for (unsigned long i = 0; i < 10 * self->rounds; i++) {
		int error;

		vt_ioctl(self->vcpu->fd, VTX_KICK, NULL);
		error = vt_run(self->vcpu);
		if (!error)
			allowed++;
		else
			EXPECT_TRUE(error == -EINVAL || error == -EINTR);
		if (i % 8 == 0)
			self->vcpu->run->dirty = 0;
		self->vcpu->run->flags = 0;
		self->vcpu->run->want = 0;
		self->vcpu->run->immediate_exit = 0;
	}
	rewriter.stop = 1;
	pthread_join(thread, NULL);
	TH_LOG("%lu of %lu calls were taken", allowed, 10 * self->rounds);
}

/* Only what the kernel writes is rewritten: the guest's result must be right */
static void *rewrite_outputs(void *arg)
{
	struct rewriter *rewriter = arg;
	struct vtx_run *run = rewriter->vcpu->run;
	__u32 random = 2;

	while (!rewriter->stop) {
		run->size = next_random(&random);
		run->error_field = next_random(&random);
		run->valid = next_random(&random);
		run->hw_reason = next_random(&random);
	}
	return NULL;
}

TEST_F(storm, outputs_rewritten)
{
	struct rewriter rewriter = { self->vcpu, 0, 0 };
	pthread_t thread, server;

	server = serve_in_thread(self->vcpu, count);
	ASSERT_EQ(0, pthread_create(&thread, NULL, rewrite_outputs, &rewriter));
	while (counter < 10 * self->rounds)
		sched_yield();
	rewriter.stop = 1;
	pthread_join(thread, NULL);
	end_service(server);
}

/* All VMs of a process at once, by SIGKILL; then there must be room for new ones */
TEST_F(storm, kill_in_the_middle)
{
	for (unsigned long i = 0; i < self->rounds / 4; i++) {
		void *memory = vt_alloc(BYTES);
		int alive[2], status;
		char byte;
		pid_t child;

		ASSERT_EQ(0, pipe(alive));
		child = fork();
		if (!child) {
			struct vt vt;

			vt_boot(&vt, NULL);
			serve_in_thread(&vt.vcpu[0], count);
			vt_check(write(alive[1], "x", 1) == 1, "pipe");
			for (;;) {
				vt_map(&vt, 1, VT_RW, AT, memory, BYTES);
				vt_unmap(&vt, 1);
			}
		}
		ASSERT_EQ(1, read(alive[0], &byte, 1));
		usleep(i % 7 * 100);
		kill(child, SIGKILL);
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
		munmap(memory, BYTES);
		close(alive[0]);
		close(alive[1]);
	}
}

VT_MAIN
