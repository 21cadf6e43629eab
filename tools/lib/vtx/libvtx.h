/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libvtx: the ABI of vtx.ko (linux/vtx.h) as C functions.
 *
 *	int dev = vtx_open();
 *	vtx_get_info(dev, &info);
 *	int vm = vtx_vm_create(dev, "guest", 0);
 *	vtx_mem_map(vm, 0, 0, ram, bytes, VTX_MEM_READ | VTX_MEM_WRITE | VTX_MEM_EXEC);
 *	vtx_vcpu_create(vm, &info, 0, &vcpu);
 *	vtx_enter_long(&vcpu, rip, rsp, cr3);
 *	while (!vtx_run(&vcpu))
 *		... vcpu.run->exit_reason ...
 *
 * Calls return -1 with errno set, as system calls do, and are no more than one
 * ioctl each: where this header says nothing, linux/vtx.h tells the errors.
 * Nothing here keeps state apart from &struct vtx_vcpu and vtx_error_field.
 */
#ifndef LIBVTX_H
#define LIBVTX_H

#include <linux/vtx.h>
#include <stdint.h>
#include <stdio.h>

#define VTX_DEVICE "/dev/vtx"

/**
 * vtx_error_field - what the last failed call of this thread objected to
 *
 * Byte offset in the struct of that ioctl, or VTX_NO_FIELD.
 */
extern __thread uint32_t vtx_error_field;

/** vtx_open() - open /dev/vtx; the fd, or -1 (see vtx_open_hint()) */
int vtx_open(void);

/** vtx_open_hint() - cause and remedy, in one line, of a failed vtx_open() */
const char *vtx_open_hint(int error);

/**
 * vtx_get_info() - VTX_INFO
 *
 * Fails with EPROTO if the module speaks another version of the interface than
 * this library was built for.
 */
int vtx_get_info(int dev, struct vtx_info *info);

/**
 * vtx_vm_create() - VTX_CREATE_VM
 * @name: NULL or "": the caller's pid; ENAMETOOLONG if it does not fit
 * @flags: VTX_VM_*
 *
 * Return: the VM's fd.
 */
int vtx_vm_create(int dev, const char *name, uint32_t flags);

/** vtx_mem_map() - VTX_MAP_MEMORY; @flags: VTX_MEM_* */
int vtx_mem_map(int vm, uint32_t slot, uint64_t gpa, const void *hva, uint64_t bytes,
		uint32_t flags);

/** vtx_mem_unmap() - VTX_UNMAP_MEMORY */
int vtx_mem_unmap(int vm, uint32_t slot);

/** vtx_msi() - VTX_MSI; the number of local APICs that took it */
int vtx_msi(int vm, uint64_t address, uint32_t data);

/**
 * struct vtx_vcpu - a vCPU of this process
 * @fd: for calls of one's own
 * @run: the run area
 * @run_size: its size in bytes
 * @group: where the state groups lie in it
 */
struct vtx_vcpu {
	int fd;
	struct vtx_run *run;
	uint32_t run_size;
	struct vtx_group_info group[VTX_GROUP_SLOTS];
};

/**
 * vtx_vcpu_create() - VTX_CREATE_VCPU, and map the run area
 *
 * Fails with EPROTO if a state group that this library knows is missing from
 * the run area or lies outside of it.
 */
int vtx_vcpu_create(int vm, const struct vtx_info *info, uint32_t id, struct vtx_vcpu *vcpu);

/** vtx_vcpu_destroy() - unmap and close; harmless on a vCPU that was not created */
void vtx_vcpu_destroy(struct vtx_vcpu *vcpu);

/** vtx_run() - VTX_RUN */
int vtx_run(const struct vtx_vcpu *vcpu);

/** vtx_kick() - VTX_KICK; may be called from a signal handler */
int vtx_kick(const struct vtx_vcpu *vcpu);

/** VTX_GROUP_BIT() - a state group's bit in want, dirty and valid */
#define VTX_GROUP_BIT(group) (1ULL << (group))

/** VTX_GROUPS_ALL - every state group that this library knows */
#define VTX_GROUPS_ALL (VTX_GROUP_BIT(VTX_GROUP_COUNT) - 1)

/** vtx_group() - a state group in the run area */
static inline void *vtx_group(const struct vtx_vcpu *vcpu, enum vtx_group group)
{
	return (char *)vcpu->run + vcpu->group[group].offset;
}

static inline struct vtx_gprs *vtx_gprs(const struct vtx_vcpu *vcpu)
{
	return vtx_group(vcpu, VTX_GROUP_GPRS);
}

static inline struct vtx_segs *vtx_segs(const struct vtx_vcpu *vcpu)
{
	return vtx_group(vcpu, VTX_GROUP_SEGS);
}

static inline struct vtx_cregs *vtx_cregs(const struct vtx_vcpu *vcpu)
{
	return vtx_group(vcpu, VTX_GROUP_CREGS);
}

static inline struct vtx_dregs *vtx_dregs(const struct vtx_vcpu *vcpu)
{
	return vtx_group(vcpu, VTX_GROUP_DREGS);
}

static inline struct vtx_msrs *vtx_msrs(const struct vtx_vcpu *vcpu)
{
	return vtx_group(vcpu, VTX_GROUP_MSRS);
}

static inline struct vtx_events *vtx_events(const struct vtx_vcpu *vcpu)
{
	return vtx_group(vcpu, VTX_GROUP_EVENTS);
}

/** vtx_fpu() - the XSAVE area; its size is vcpu->group[VTX_GROUP_FPU].size */
static inline void *vtx_fpu(const struct vtx_vcpu *vcpu)
{
	return vtx_group(vcpu, VTX_GROUP_FPU);
}

static inline const struct vtx_counters *vtx_counters(const struct vtx_vcpu *vcpu)
{
	return vtx_group(vcpu, VTX_GROUP_COUNTERS);
}

/** vtx_mark_dirty() - have the next vtx_run() commit a group that was written to */
static inline void vtx_mark_dirty(const struct vtx_vcpu *vcpu, enum vtx_group group)
{
	vcpu->run->dirty |= VTX_GROUP_BIT(group);
}

/** vtx_want() - have each vtx_run() from now on deliver a group */
static inline void vtx_want(const struct vtx_vcpu *vcpu, enum vtx_group group)
{
	vcpu->run->want |= VTX_GROUP_BIT(group);
}

/**
 * vtx_state_read() - bring state groups up to date without running the guest
 * @groups: VTX_GROUP_BIT()s
 *
 * Commits what is dirty and completes the last exit, whose description in the
 * run area is lost: copy what is still needed of it. Fails with ENODATA if
 * not all of @groups could be had; run->valid says which could.
 */
int vtx_state_read(const struct vtx_vcpu *vcpu, uint64_t groups);

/*
 * Where a guest begins. Each writes GPRS (all zero but RIP, RSP and RFLAGS),
 * SEGS and CREGS and marks them dirty; all is flat, with interrupts off and an
 * empty IDT, and the GDTR is empty too: a guest that loads segment registers
 * needs a table of its own. GPRs may be changed between the call and vtx_run().
 */

/** vtx_enter_long() - 64-bit mode, CPL 0; @cr3: 4-level page tables in guest memory */
void vtx_enter_long(const struct vtx_vcpu *vcpu, uint64_t rip, uint64_t rsp, uint64_t cr3);

/** vtx_enter_protected() - 32-bit protected mode without paging, CPL 0 */
void vtx_enter_protected(const struct vtx_vcpu *vcpu, uint32_t eip, uint32_t esp);

/** vtx_enter_real() - real mode at @segment:@ip; all data segments are @segment too */
void vtx_enter_real(const struct vtx_vcpu *vcpu, uint16_t segment, uint16_t ip, uint16_t sp);

/** vtx_exit_name() - "IO" for VTX_EXIT_IO, ...; "?" if unknown */
const char *vtx_exit_name(uint32_t exit_reason);

/** vtx_hw_reason_name() - name of a basic exit reason (SDM Vol. 3, Appendix C), or "?" */
const char *vtx_hw_reason_name(uint32_t hw_reason);

/** vtx_dump() - print the registers in the groups that run->valid names */
void vtx_dump(const struct vtx_vcpu *vcpu, FILE *out);

#endif /* LIBVTX_H */
