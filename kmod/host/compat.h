/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between kernel versions; with the probes in Kbuild the only place
 * that knows of them. A probe looks for the interface itself, never for a
 * version number: stable kernels take interfaces from newer ones.
 */
#ifndef VTX_HOST_COMPAT_H
#define VTX_HOST_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/smp.h>
#include <linux/syscore_ops.h>
#include <asm/mce.h>
#include <asm/msr.h>
#include <asm/ptrace.h>

/* 7.x says rdmsrq() where older kernels say rdmsrl(). */
#ifndef VTX_HAVE_RDMSRQ
#define rdmsrq(msr, val)		rdmsrl(msr, val)
#define wrmsrq(msr, val)		wrmsrl(msr, val)
#define rdmsrq_safe(msr, p)		rdmsrl_safe(msr, p)
#endif

/* Later kernels trace the reschedule IPI: the call became a macro of this header. */
#ifdef VTX_HAVE_TRACE_IPI
#include <trace/events/ipi.h>
#endif

/* Once, vm_flags was written directly. */
#ifndef VTX_HAVE_VM_FLAGS_CLEAR
static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags &= ~flags;
}
#endif

/* Without machine-check support CR4.MCE stays clear, and there are no machine checks. */
static inline void vtx_machine_check(void)
{
#ifdef CONFIG_X86_MCE
	/* As if it had come in user mode: the guest's state says nothing of the kernel's. */
	struct pt_regs regs = { .cs = 3, .flags = X86_EFLAGS_IF };

	do_machine_check(&regs);
#endif
}

#ifndef VTX_HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*fn)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
}
#endif

/*
 * System core operations: once a struct of functions without an argument, later
 * a struct syscore that points to functions which take one.
 */
#ifdef VTX_HAVE_REGISTER_SYSCORE
#define VTX_SYSCORE_ARG			void *data
#define VTX_DEFINE_SYSCORE(name, suspend_fn, resume_fn, shutdown_fn)	\
static const struct syscore_ops name##_ops = {				\
	.suspend = suspend_fn,						\
	.resume = resume_fn,						\
	.shutdown = shutdown_fn,					\
};									\
static struct syscore name = { .ops = &name##_ops }
#define vtx_syscore_register(s)		register_syscore(s)
#define vtx_syscore_unregister(s)	unregister_syscore(s)
#else
#define VTX_SYSCORE_ARG			void
#define VTX_DEFINE_SYSCORE(name, suspend_fn, resume_fn, shutdown_fn)	\
static struct syscore_ops name = {					\
	.suspend = suspend_fn,						\
	.resume = resume_fn,						\
	.shutdown = shutdown_fn,					\
}

#define vtx_syscore_register(s)		register_syscore_ops(s)
#define vtx_syscore_unregister(s)	unregister_syscore_ops(s)
#endif

/* Without it only a fatal signal ends a wait in a userfaultfd. */
#ifdef VTX_HAVE_FOLL_INTERRUPTIBLE
#define VTX_FOLL_INTERRUPTIBLE	FOLL_INTERRUPTIBLE
#else
#define VTX_FOLL_INTERRUPTIBLE	0
#endif

/* Older kernels always take NUMA hinting faults. */
#ifdef VTX_HAVE_FOLL_HONOR_NUMA_FAULT
#define VTX_FOLL_NUMA		FOLL_HONOR_NUMA_FAULT
#else
#define VTX_FOLL_NUMA		0
#endif

/* What the young callbacks of an mmu_notifier return. */
#ifdef VTX_HAVE_MMU_NOTIFIER_BOOL
#define VTX_YOUNG_T		bool
#else
#define VTX_YOUNG_T		int
#endif

#endif /* VTX_HOST_COMPAT_H */
