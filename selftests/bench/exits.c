// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an exit costs: ticks of the TSC as the guest reads it around loops of
 * LOOP exits of one kind, of which there are SAMPLES.  "userspace" rows contain
 * the way to this program and back.
 *
 * On the emulator a tick is one instruction: run it without tsc_early_khz.
 */
#define VTXTEST_LIB
#include "guest.h"

#define SAMPLES	33
#define LOOP	32
#define PAGES	(SAMPLES * LOOP)

static volatile __u64 samples[SAMPLES];
static __u64 timer_goal;

#define MEASURE(name, ...) \
	static GUEST void name(void) \
	{ \
		for (int sample = 0; sample < SAMPLES; sample++) { \
			__u64 start = rdtsc(); \
			\
			for (int i = 0; i < LOOP; i++) { \
				__VA_ARGS__; \
			} \
			samples[sample] = rdtsc() - start; \
		} \
		guest_done(); \
	}

static inline void do_cpuid(void)
{
	__u32 regs[4];

	guest_cpuid(0, 0, regs);
}

MEASURE(nothing, guest_pause())
MEASURE(cpuid_exit, do_cpuid())
MEASURE(vmcall_exit, vmcall(0x7fffffff))
MEASURE(rdmsr_exit, rdmsr(0x3b))
MEASURE(deadline_exit, wrmsr(MSR_TSC_DEADLINE, timer_goal))
MEASURE(io_exit, outb(0x80, 0))
MEASURE(mmio_read_exit, read32(VT_MMIO))
MEASURE(mmio_write_exit, write32(VT_MMIO, 0))
MEASURE(ept_fault, write32(VT_FREE + (sample * LOOP + i) * VT_PAGE, 1))

static GUEST void deadline_setup(void)
{
	x2apic_enable();
	wrmsr(MSR_X2APIC + (APIC_LVT_TIMER >> 4), APIC_LVT_DEADLINE | APIC_LVT_MASKED | 0x40);
	timer_goal = rdtsc() + (1ULL << 40);
	deadline_exit();
}

/* Answers what goes to userspace until the guest is done */
static void serve(struct vt_vcpu *vcpu)
{
	struct vtx_run *run = vcpu->run;

	for (;;) {
		__u32 reason = vt_exit(vcpu);

		if (reason == VTX_EXIT_IO && run->io.port == VT_PORT_DONE)
			return;
		vt_check(reason == VTX_EXIT_MMIO ||
			 (reason == VTX_EXIT_IO && run->io.port != VT_PORT_FAIL),
			 "exit %u", reason);
	}
}

static int compare(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

static void print_row(const char *name, __u64 overhead)
{
	__u64 sorted[SAMPLES], sum = 0;

	for (int i = 0; i < SAMPLES; i++) {
		sorted[i] = samples[i] > overhead ? samples[i] - overhead : 0;
		sum += sorted[i];
	}
	qsort(sorted, SAMPLES, sizeof(sorted[0]), compare);
	printf("%-36s %8llu %8llu %8llu\n", name,
	       (unsigned long long)sorted[SAMPLES / 2] / LOOP,
	       (unsigned long long)sum / (SAMPLES * LOOP),
	       (unsigned long long)sorted[0] / LOOP);
}

/* The loop and RDTSC themselves: the median of doing nothing */
static __u64 measure_overhead(struct vt_vcpu *vcpu)
{
	__u64 sorted[SAMPLES];

	vt_enter64(vcpu, nothing, 0);
	serve(vcpu);
	memcpy(sorted, (void *)samples, sizeof(sorted));
	qsort(sorted, SAMPLES, sizeof(sorted[0]), compare);
	return sorted[SAMPLES / 2];
}

static void measure(struct vt_vcpu *vcpu, const char *name, void (*guest)(void), __u64 overhead)
{
	vt_enter64(vcpu, guest, 0);
	serve(vcpu);
	print_row(name, overhead);
}

/* Host pages there already, or to be allocated by the fault */
static void measure_faults(struct vt *vt, const char *name, int populate, __u64 overhead)
{
	size_t bytes = PAGES * VT_PAGE;
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | populate, -1, 0);

	vt_check(memory != MAP_FAILED, "mmap: %s", strerror(errno));
	/* 4 KiB each: no huge page may serve several */
	madvise(memory, bytes, MADV_NOHUGEPAGE);
	vt_map(vt, 1, VT_RW, VT_FREE, memory, bytes);
	measure(&vt->vcpu[0], name, ept_fault, overhead);
	vt_unmap(vt, 1);
	munmap(memory, bytes);
}

/* No guest in it: the host reads the TSC around the call */
static void measure_immediate_exit(struct vt_vcpu *vcpu)
{
	vcpu->run->immediate_exit = 1;
	for (int sample = 0; sample < SAMPLES; sample++) {
		__u64 start = rdtsc();

		for (int i = 0; i < LOOP; i++)
			vt_exit(vcpu);
		samples[sample] = rdtsc() - start;
	}
	vcpu->run->immediate_exit = 0;
	print_row("RUN with immediate_exit", 0);
}

static const struct {
	const char *name;
	void (*guest)(void);
} rows[] = {
	{ "CPUID", cpuid_exit },
	{ "VMCALL", vmcall_exit },
	{ "RDMSR (TSC_ADJUST)", rdmsr_exit },
	{ "WRMSR TSC_DEADLINE", deadline_setup },
	{ "OUT, userspace", io_exit },
	{ "MMIO read, userspace", mmio_read_exit },
	{ "MMIO write, userspace", mmio_write_exit },
};

int main(void)
{
	struct vt vt;
	__u64 overhead;

	vt_boot(&vt, NULL);
	overhead = measure_overhead(&vt.vcpu[0]);
	printf("%-36s %8s %8s %8s\n", "ticks per exit", "median", "mean", "least");
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
		measure(&vt.vcpu[0], rows[i].name, rows[i].guest, overhead);
	measure_faults(&vt, "EPT fault, 4 KiB, populated", MAP_POPULATE, overhead);
	measure_faults(&vt, "EPT fault, 4 KiB, fresh", 0, overhead);
	measure_immediate_exit(&vt.vcpu[0]);
	vt_destroy(&vt);
	return 0;
}
