// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each allocation and each copy from or to userspace fails once.
 *
 * A call is made with its first failure point failing, then with its second, and so
 * on, until it gets through with none left to fail (/proc/self/fail-nth counts them).
 * It may succeed all the same, where there was another way, or give ENOMEM or EFAULT;
 * and as a failed call has changed nothing, the same call must succeed afterwards.
 * What a failure leaks is seen by kmemleak, what it frees twice by KASAN: this test
 * is for the debug kernel, and skips itself on one that cannot fail on request.
 */
#include "guest.h"

#define FAIL_NTH	"/proc/self/fail-nth"
#define DEBUGFS		"/sys/kernel/debug/"
/* More failure points than any call of ours has */
#define MOST		5000

#define AT		VT_FREE
#define STEP		(2UL << 20)
#define BYTES		(4 * STEP)

static const struct {
	const char *path, *value;
} knobs[] = {
	/* Also those that might wait for memory, which are nearly all */
	{ DEBUGFS "failslab/ignore-gfp-wait",		"N" },
	{ DEBUGFS "fail_page_alloc/ignore-gfp-wait",	"N" },
	{ DEBUGFS "fail_page_alloc/ignore-gfp-highmem",	"N" },
	{ DEBUGFS "fail_page_alloc/min-order",		"0" },
	/* No backtrace of each */
	{ DEBUGFS "failslab/verbose",			"0" },
	{ DEBUGFS "fail_page_alloc/verbose",		"0" },
	{ DEBUGFS "fail_usercopy/verbose",		"0" },
};

/* One call, what makes it possible, and what checks and undoes it */
struct call {
	void (*before)(struct vt *vt);
	int (*call)(struct vt *vt);
	void (*after)(struct vt *vt, int result);
};

FIXTURE(fail_nth)
{
	struct vt vt;
	int fd;
};

FIXTURE_SETUP(fail_nth)
{
	for (size_t i = 0; i < ARRAY_SIZE(knobs); i++) {
		int fd = open(knobs[i].path, O_WRONLY | O_CLOEXEC);

		vt_check(write(fd, knobs[i].value, 1) == 1, "%s: %s", knobs[i].path,
			 strerror(errno));
		close(fd);
	}
	self->fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	vt_check(self->fd >= 0, FAIL_NTH ": %s", strerror(errno));
}

FIXTURE_TEARDOWN(fail_nth)
{
	close(self->fd);
}

static void arm(int fd, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	vt_check(pwrite(fd, text, len, 0) == len, FAIL_NTH ": %s", strerror(errno));
}

/* Whether the failure has happened. Where it is still to come it may hit us here. */
static bool disarm(int fd)
{
	char text[16] = "";
	bool happened = pread(fd, text, sizeof(text) - 1, 0) > 0 && atoi(text) == 0;

	if (pwrite(fd, "0", 1, 0) < 0)
		vt_check(errno == EFAULT, FAIL_NTH ": %s", strerror(errno));
	return happened;
}

/* The number of failures that it took */
static unsigned int fail_each(int fd, struct vt *vt, const struct call *c)
{
	unsigned int n;

	for (n = 1; n < MOST; n++) {
		bool happened;
		int result;

		if (c->before)
			c->before(vt);
		arm(fd, n);
		result = c->call(vt);
		happened = disarm(fd);
		vt_check(result >= 0 || (happened && (result == -ENOMEM || result == -EFAULT)),
			 "with failure %u%s: %s", n, happened ? "" : " (still to come)",
			 strerror(-result));
		if (c->after)
			c->after(vt, result);
		if (!happened)
			break;
	}
	vt_check(n < MOST, "failure %u, and more to come", n);
	fprintf(stderr, "# %u failures\n", n - 1);
	return n - 1;
}

/* After a failure the same call must succeed; close what it gave */
static void again_and_close(struct vt *vt, int result, int (*call)(struct vt *vt))
{
	if (result < 0)
		result = call(vt);
	vt_check(result >= 0, "after a failure: %s", strerror(-result));
	close(result);
}

/* ------------------------------------------------------------------------- */

static int open_device(struct vt *vt)
{
	int fd = open("/dev/vtx", O_RDWR | O_CLOEXEC);

	(void)vt;
	return fd < 0 ? -errno : fd;
}

static void opened(struct vt *vt, int result)
{
	again_and_close(vt, result, open_device);
}

TEST_F(fail_nth, open)
{
	const struct call c = { .call = open_device, .after = opened };

	EXPECT_LT(0, fail_each(self->fd, &self->vt, &c));
}

static int info(struct vt *vt)
{
	struct vtx_info info = VT_ARG(vtx_info);

	return vt_ioctl(vt->dev, VTX_INFO, &info);
}

TEST_F(fail_nth, info)
{
	const struct call c = { .call = info };

	self->vt.dev = vt_open();
	EXPECT_LT(0, fail_each(self->fd, &self->vt, &c));
}

/* By one name: a VM that stays behind is in the way of the next */
static int create_vm(struct vt *vt)
{
	struct vtx_create_vm create = VT_ARG(vtx_create_vm, .name = "fail-nth");

	return vt_ioctl(vt->dev, VTX_CREATE_VM, &create);
}

static void created_vm(struct vt *vt, int result)
{
	again_and_close(vt, result, create_vm);
}

TEST_F(fail_nth, create_vm)
{
	const struct call c = { .call = create_vm, .after = created_vm };

	self->vt.dev = vt_open();
	EXPECT_LT(0, fail_each(self->fd, &self->vt, &c));
}

/* A vCPU stays until its VM goes: each attempt has a VM of its own */
static void new_vm(struct vt *vt)
{
	vt_create(vt, 0);
}

static int create_vcpu(struct vt *vt)
{
	struct vtx_create_vcpu create = VT_ARG(vtx_create_vcpu, .id = 0);

	return vt_ioctl(vt->fd, VTX_CREATE_VCPU, &create);
}

static void created_vcpu(struct vt *vt, int result)
{
	again_and_close(vt, result, create_vcpu);
	vt_destroy(vt);
}

TEST_F(fail_nth, create_vcpu)
{
	const struct call c = { new_vm, create_vcpu, created_vcpu };

	EXPECT_LT(0, fail_each(self->fd, &self->vt, &c));
}

static int map_run_area(struct vt *vt)
{
	void *area = mmap(NULL, vt->info.run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			  vt->vcpu[0].fd, 0);

	if (area == MAP_FAILED)
		return -errno;
	munmap(area, vt->info.run_size);
	return 0;
}

TEST_F(fail_nth, map_run_area)
{
	const struct call c = { .call = map_run_area };

	vt_create(&self->vt, 0);
	vt_add_vcpu(&self->vt, 0);
	EXPECT_LT(0, fail_each(self->fd, &self->vt, &c));
	vt_destroy(&self->vt);
}

/* ------------------------------------------------------------------------- */

static void *memory;

static int map_memory(struct vt *vt)
{
	return vt_try_map(vt, 1, VT_RW, AT, memory, BYTES);
}

static int unmap_memory(struct vt *vt)
{
	return vt_unmap(vt, 1);
}

static void mapped(struct vt *vt, int result)
{
	if (result < 0)
		vt_map(vt, 1, VT_RW, AT, memory, BYTES);
	vt_check(!vt_unmap(vt, 1), "a slot that was mapped cannot be unmapped");
}

static void map_first(struct vt *vt)
{
	vt_map(vt, 1, VT_RW, AT, memory, BYTES);
}

static void unmapped(struct vt *vt, int result)
{
	int error = vt_unmap(vt, 1);

	vt_check(error == (result < 0 ? 0 : -ENOENT), "unmapped, %d, and once more: %d",
		 result, error);
}

TEST_F(fail_nth, map_memory)
{
	const struct call c = { .call = map_memory, .after = mapped };

	vt_create(&self->vt, 0);
	memory = vt_alloc(BYTES);
	EXPECT_LT(0, fail_each(self->fd, &self->vt, &c));
	vt_destroy(&self->vt);
}

TEST_F(fail_nth, unmap_memory)
{
	const struct call c = { map_first, unmap_memory, unmapped };

	vt_create(&self->vt, 0);
	memory = vt_alloc(BYTES);
	EXPECT_LT(0, fail_each(self->fd, &self->vt, &c));
	vt_destroy(&self->vt);
}

static int msi(struct vt *vt)
{
	return vt_msi(vt, 0xfee00000, 0x40);
}

TEST_F(fail_nth, msi)
{
	const struct call c = { .call = msi };

	vt_create(&self->vt, 0);
	vt_add_vcpu(&self->vt, 0);
	EXPECT_LT(0, fail_each(self->fd, &self->vt, &c));
	vt_destroy(&self->vt);
}

/* ------------------------------------------------------------------------- */

/* Memory that neither the process nor the guest has touched, in several tables */
static GUEST void touch(void)
{
	for (__u64 at = AT; at < AT + BYTES; at += STEP)
		write32(at, at);
	guest_done();
}

static void boot(struct vt *vt)
{
	vt_boot(vt, NULL);
	memory = vt_alloc(BYTES);
	vt_map(vt, 1, VT_RW, AT, memory, BYTES);
	vt_enter64(&vt->vcpu[0], touch, 0);
}

static int run(struct vt *vt)
{
	return vt_run(&vt->vcpu[0]);
}

/* A failure ends VTX_RUN, and is no more than that to the guest */
static void has_run(struct vt *vt, int result)
{
	struct vtx_run *run = vt->vcpu[0].run;

	if (result < 0 || run->exit_reason == VTX_EXIT_MEMORY_FAULT)
		vt_until_done(&vt->vcpu[0]);
	vt_check(run->exit_reason == VTX_EXIT_IO && run->io.port == VT_PORT_DONE,
		 "exit %u of a guest that should be done", run->exit_reason);
	for (__u64 i = 0; i < BYTES; i += STEP)
		vt_check(*(__u32 *)(memory + i) == (__u32)(AT + i), "lost what the guest wrote");
	vt_destroy(vt);
	munmap(memory, BYTES);
}

TEST_F(fail_nth, run)
{
	const struct call c = { boot, run, has_run };

	EXPECT_LT(0, fail_each(self->fd, &self->vt, &c));
}

VT_MAIN_NEEDS(FAIL_NTH, "a kernel that fails on request: see make check-debug")
