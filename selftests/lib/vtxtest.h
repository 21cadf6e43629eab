/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM made of the test program itself.
 *
 * The test is linked at fixed addresses below 4 GiB and maps its own image into
 * the guest at gpa == hva, so that a guest can run functions of the test (marked
 * GUEST) and both sides share the program's static variables:
 *
 *	static volatile __u32 seen;
 *
 *	static GUEST void guest_main(void)
 *	{
 *		seen = 1;
 *		guest_done();
 *	}
 *
 *	TEST(writes_memory)
 *	{
 *		struct vt vt;
 *
 *		vt_boot(&vt, guest_main);
 *		vt_until_done(&vt.vcpu[0]);
 *		EXPECT_EQ(1, seen);
 *	}
 *
 * Guest memory, one-to-one mapped by page tables in the image (4 GiB, 2 MiB pages):
 *
 *	0x00400000  the program: code and constants, data, stacks, page tables
 *	0x70000000  nothing: VT_MMIO, for MMIO exits
 *	0xe0000000  nothing: VT_FREE, where a test maps slots of its own
 *	0xfee00000  local APIC
 *
 * These helpers are for tests that are about something else: whatever goes wrong
 * in them ends the test.  Tests of the interface use ioctl() through vt_ioctl().
 */
#ifndef VTXTEST_H
#define VTXTEST_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <linux/vtx.h>

/* The harness defines what each program may have but once */
#ifdef VTXTEST_LIB
#include "kselftest.h"
#else
#include "kselftest_harness.h"
#endif

/* Time runs differently in the box; its own wall clock is the bound */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	3600

#define VT_PAGE		4096UL
#define VT_MMIO		0x70000000ULL
#define VT_FREE		0xe0000000ULL
#define VT_MAX_VCPUS	8
#define VT_RW		(VTX_MEM_READ | VTX_MEM_WRITE)
#define VT_RWX		(VT_RW | VTX_MEM_EXEC)
#define VT_GROUP(name)	(1ULL << VTX_GROUP_##name)
/* The groups that userspace may write */
#define VT_WRITABLE	((1ULL << VTX_GROUP_COUNTERS) - 1)
#define VT_ALL		((1ULL << VTX_GROUP_COUNT) - 1)

/* Ports by which a guest of ours talks to its test */
#define VT_PORT_DONE	0x510
#define VT_PORT_SYNC	0x514
#define VT_PORT_FAIL	0x518

/* Where the linker put the program */
extern char __executable_start[], _end[];

struct vt_vcpu {
	int fd;
	__u32 id;
	void *area;
	struct vtx_run *run;
	struct vtx_gprs *gprs;
	struct vtx_segs *segs;
	struct vtx_cregs *cregs;
	struct vtx_dregs *dregs;
	struct vtx_msrs *msrs;
	struct vtx_events *events;
	void *fpu;
	struct vtx_counters *counters;
};

struct vt {
	int dev;
	int fd;
	struct vtx_info info;
	struct vt_vcpu vcpu[VT_MAX_VCPUS];
};

/* Ends the test with a message */
void vt_fail(const char *file, int line, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));
#define vt_check(condition, ...) \
	do { if (!(condition)) vt_fail(__FILE__, __LINE__, __VA_ARGS__); } while (0)

/* An argument of an ioctl, with its head filled in */
#define VT_ARG(type, ...) \
	((struct type) { \
		.head = { .size = sizeof(struct type), .error_field = 0xabcd }, \
		__VA_ARGS__ \
	})

/* ioctl(), with -errno for failure */
int vt_ioctl(int fd, unsigned long request, void *arg);
/* Opens /dev/vtx */
int vt_open(void);
/* Round bounds for CI; FULL=1 in the environment lifts them */
unsigned long vt_rounds(unsigned long ci, unsigned long full);

/* A VM without memory and vCPUs; flags as for VTX_CREATE_VM */
void vt_create(struct vt *vt, __u32 flags);
int vt_try_map(struct vt *vt, __u32 slot, __u32 flags, __u64 gpa, void *hva, __u64 bytes);
void vt_map(struct vt *vt, __u32 slot, __u32 flags, __u64 gpa, void *hva, __u64 bytes);
int vt_unmap(struct vt *vt, __u32 slot);
int vt_msi(struct vt *vt, __u64 address, __u32 data);
/* Maps the program's image, in slot 0 */
void vt_map_image(struct vt *vt);
/* Private anonymous memory of the test */
void *vt_alloc(size_t bytes);
/* A new vCPU with its run area; vCPUs other than 0 are set running */
struct vt_vcpu *vt_add_vcpu(struct vt *vt, __u32 id);
/* Closes everything */
void vt_destroy(struct vt *vt);

/* VTX_RUN: 0 or -errno */
int vt_run(struct vt_vcpu *vcpu);
/* VTX_RUN that must succeed: the exit's reason */
__u32 vt_exit(struct vt_vcpu *vcpu);
/* Reads groups without running the guest; commits what is dirty */
void vt_fetch(struct vt_vcpu *vcpu, __u64 groups);
/* Commits groups without running the guest: 0 or -errno */
int vt_commit(struct vt_vcpu *vcpu, __u64 groups);

/* Sets up 64-bit mode, to run @entry on the vCPU's own stack with @arg in RDI */
void vt_enter64(struct vt_vcpu *vcpu, void (*entry)(void), __u64 arg);
/* All of it: VM, image, vCPU 0 in 64-bit mode */
void vt_boot(struct vt *vt, void (*entry)(void));
void vt_boot_flags(struct vt *vt, void (*entry)(void), __u32 flags);
/* Runs until guest_sync() or guest_done(), which must be what comes; its value */
__u32 vt_until(struct vt_vcpu *vcpu, __u16 port);
__u32 vt_until_done(struct vt_vcpu *vcpu);
__u32 vt_until_sync(struct vt_vcpu *vcpu);
/* A thread that runs the vCPU until guest_done() and returns its value */
void vt_thread(pthread_t *thread, struct vt_vcpu *vcpu);
__u32 vt_join(pthread_t thread);
/* Waits for a variable that another thread or a guest sets */
void vt_wait_for(volatile __u32 *variable, __u32 value);

/* Skips the whole program where there is no /dev/vtx, or no other thing that it needs */
int vt_main(int (*harness)(int argc, char **argv), int argc, char **argv,
	    const char *needs, const char *why);

#define VT_MAIN	VT_MAIN_NEEDS("/dev/vtx", "vtx.ko is not loaded")

#define VT_MAIN_NEEDS(path, why) \
	static void __attribute__((constructor)) \
	__constructor_order_last(void) \
	{ \
		if (!__constructor_order) \
			__constructor_order = _CONSTRUCTOR_ORDER_BACKWARD; \
	} \
	int main(int argc, char **argv) \
	{ \
		return vt_main(test_harness_run, argc, argv, path, why); \
	}

#endif /* VTXTEST_H */
