/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The userspace interface of vtx.ko.
 *
 *   /dev/vtx --VTX_CREATE_VM--> VM fd --VTX_CREATE_VCPU--> vCPU fd --mmap--> run area
 *      |                          |                           |
 *   VTX_INFO               VTX_MAP_MEMORY                 VTX_RUN
 *                          VTX_UNMAP_MEMORY               VTX_KICK
 *                          VTX_MSI
 *
 * Rules that hold for every ioctl that takes a struct:
 *
 * - The struct begins with &struct vtx_head. @size is what userspace was
 *   compiled with. A struct shorter than the first published one gives EINVAL.
 *   A longer one is taken when all bytes that this kernel does not know are
 *   zero, else it gives E2BIG; one longer than 4096 bytes always does. The size
 *   that is part of the ioctl's number is ignored.
 * - Unknown bits in @flags and non-zero reserved fields give EINVAL.
 * - When the cause of an error is one field of the struct, @error_field is the
 *   byte offset of that field; otherwise it is VTX_NO_FIELD. It is written on
 *   success (VTX_NO_FIELD) and on failure, unless the struct itself cannot be
 *   read or written (EFAULT) or is shorter than &struct vtx_head.
 * - A failed call has changed nothing.
 * - An unknown ioctl number gives ENOTTY.
 *
 * Who may call: whoever may open /dev/vtx may call VTX_INFO and VTX_CREATE_VM;
 * the holder of a VM or vCPU fd may make its calls. VTX_MAP_MEMORY,
 * VTX_UNMAP_MEMORY, VTX_CREATE_VCPU and VTX_RUN work only in the process (the
 * address space) that created the VM and give EIO elsewhere. All fds are
 * O_CLOEXEC. A VM lives until the last of its VM and vCPU fds is closed and the
 * last mapping of a run area is gone.
 *
 * All structs have the same layout for 32-bit and 64-bit userspace.
 */
#ifndef _UAPI_LINUX_VTX_H
#define _UAPI_LINUX_VTX_H

#include <linux/ioctl.h>
#include <linux/types.h>

/** define VTX_API_VERSION - version of this interface, see &vtx_info.api_version */
#define VTX_API_VERSION		1

/** define VTX_NO_FIELD - value of &vtx_head.error_field: no single field is to blame */
#define VTX_NO_FIELD		0xffffffffU

/** define VTX_NAME_SIZE - bytes of a VM's name, with its terminating NUL */
#define VTX_NAME_SIZE		32

/**
 * struct vtx_head - what every ioctl argument begins with
 * @size: in: size in bytes of the whole struct, as userspace knows it
 * @flags: in: VTX_*_ flags of that ioctl; unknown bits give EINVAL
 * @error_field: out: byte offset of the field that was refused, or VTX_NO_FIELD
 * @reserved: in: must be zero
 */
struct vtx_head {
	__u32 size;
	__u32 flags;
	__u32 error_field;
	__u32 reserved;
};

/**
 * enum vtx_group - state groups of a vCPU in its run area
 * @VTX_GROUP_GPRS: &struct vtx_gprs
 * @VTX_GROUP_SEGS: &struct vtx_segs
 * @VTX_GROUP_CREGS: &struct vtx_cregs
 * @VTX_GROUP_DREGS: &struct vtx_dregs
 * @VTX_GROUP_MSRS: &struct vtx_msrs
 * @VTX_GROUP_EVENTS: &struct vtx_events
 * @VTX_GROUP_FPU: an XSAVE area in standard (not compacted) format
 * @VTX_GROUP_COUNTERS: &struct vtx_counters; read-only
 * @VTX_GROUP_COUNT: number of groups that this header knows
 *
 * Where a group lies in the run area is told by &vtx_info.group. Bit n of
 * &vtx_run.want, &vtx_run.dirty and &vtx_run.valid stands for group n.
 */
enum vtx_group {
	VTX_GROUP_GPRS,
	VTX_GROUP_SEGS,
	VTX_GROUP_CREGS,
	VTX_GROUP_DREGS,
	VTX_GROUP_MSRS,
	VTX_GROUP_EVENTS,
	VTX_GROUP_FPU,
	VTX_GROUP_COUNTERS,
	VTX_GROUP_COUNT
};

/** define VTX_GROUP_SLOTS - entries of &vtx_info.group; those past the last group are zero */
#define VTX_GROUP_SLOTS		16

/**
 * struct vtx_group_info - where a state group lies in the run area
 * @offset: byte offset from the start of the run area
 * @size: size in bytes; 0: this kernel does not have the group
 */
struct vtx_group_info {
	__u32 offset;
	__u32 size;
};

/**
 * enum vtx_vmx_mode - who holds VMX operation on this host
 * @VTX_VMX_OWN: vtx.ko executed VMXON on each CPU at load and keeps it
 */
enum vtx_vmx_mode {
	VTX_VMX_OWN = 1,
};

/* Bits of &vtx_info.features. */
/** define VTX_FEATURE_UNRESTRICTED - guests may run in real mode and unpaged protected mode */
#define VTX_FEATURE_UNRESTRICTED	(1ULL << 0)
/** define VTX_FEATURE_VPID - guest TLB entries are tagged, not flushed at each entry */
#define VTX_FEATURE_VPID		(1ULL << 1)
/** define VTX_FEATURE_EPT_AD - EPT accessed and dirty flags are in use */
#define VTX_FEATURE_EPT_AD		(1ULL << 2)
/** define VTX_FEATURE_PREEMPTION_TIMER - the guest's APIC timer runs on the VMX-preemption timer */
#define VTX_FEATURE_PREEMPTION_TIMER	(1ULL << 3)
/** define VTX_FEATURE_VIRTUAL_NMI - virtual NMIs and NMI-window exiting are in use */
#define VTX_FEATURE_VIRTUAL_NMI		(1ULL << 4)

/**
 * struct vtx_info - VTX_INFO: what this module on this CPU can do
 * @head: see &struct vtx_head; @head.flags must be zero
 * @api_version: out: VTX_API_VERSION of the running module
 * @vmx_mode: out: one of &enum vtx_vmx_mode
 * @features: out: VTX_FEATURE_* bits
 * @tsc_khz: out: the host's TSC rate in kHz, which guests are told in CPUID 15h
 * @guest_phys_bits: out: guest-physical addresses are below 2^this
 * @max_vcpus: out: vCPUs per VM; vCPU ids are 0 to max_vcpus - 1
 * @max_slots: out: memory slots per VM; slot numbers are 0 to max_slots - 1
 * @reserved: out: zero
 * @run_size: out: bytes to mmap() from a vCPU fd at offset 0, a multiple of 4096
 * @xfeatures: out: XCR0 bits that a guest may set
 * @ept_vpid_cap: out: IA32_VMX_EPT_VPID_CAP as this CPU reports it
 * @group: out: layout of the run area, by &enum vtx_group
 *
 * Errors: EFAULT, EINVAL (@head), E2BIG.
 */
struct vtx_info {
	struct vtx_head head;
	__u32 api_version;
	__u32 vmx_mode;
	__u64 features;
	__u32 tsc_khz;
	__u32 guest_phys_bits;
	__u32 max_vcpus;
	__u32 max_slots;
	__u32 run_size;
	__u32 reserved;
	__u64 xfeatures;
	__u64 ept_vpid_cap;
	struct vtx_group_info group[VTX_GROUP_SLOTS];
};

/** define VTX_VM_NO_APIC - flag of VTX_CREATE_VM: no local APICs; HLT always exits to userspace */
#define VTX_VM_NO_APIC		(1U << 0)

/**
 * struct vtx_create_vm - VTX_CREATE_VM: a new VM without memory and vCPUs
 * @head: see &struct vtx_head; @head.flags: VTX_VM_*
 * @name: in: 1 to 31 of [A-Za-z0-9._-] and a NUL, the rest zero; all zero: the
 *	caller's pid in decimal, and "-2", "-3", ... after it while that is taken
 *
 * Returns a VM fd (>= 0). Without VTX_VM_NO_APIC each vCPU has a local APIC in
 * the kernel, at guest-physical address 0xfee00000 after reset, and HLT sleeps
 * in VTX_RUN until an event that wakes it.
 *
 * Errors: EFAULT, EINVAL (@head, @name), E2BIG, EEXIST (@name is taken by a
 * living VM), ENOMEM, EMFILE, ENFILE.
 */
struct vtx_create_vm {
	struct vtx_head head;
	char name[VTX_NAME_SIZE];
};

/* Bits of &vtx_map_memory.head.flags: what the guest may do; at least VTX_MEM_READ. */
/** define VTX_MEM_READ - the guest may read the range */
#define VTX_MEM_READ		(1U << 0)
/** define VTX_MEM_WRITE - the guest may write the range; else writes leave as MMIO exits */
#define VTX_MEM_WRITE		(1U << 1)
/** define VTX_MEM_EXEC - the guest may execute from the range */
#define VTX_MEM_EXEC		(1U << 2)

/**
 * struct vtx_map_memory - VTX_MAP_MEMORY: back guest-physical memory by the caller's own
 * @head: see &struct vtx_head; @head.flags: VTX_MEM_*, at least VTX_MEM_READ
 * @slot: in: a free slot number, below &vtx_info.max_slots
 * @reserved: in: must be zero
 * @gpa: in: first guest-physical address, a multiple of 4096
 * @bytes: in: length, a multiple of 4096, not zero
 * @hva: in: first address in the caller's address space, a multiple of 4096
 *
 * The mapping follows the caller's address space: nothing is pinned, pages are
 * faulted in when the guest touches them, and munmap(), mprotect(), madvise(),
 * swap and copy-on-write act on the guest at once. A guest access to a hole in
 * the caller's mapping leaves as VTX_EXIT_MEMORY_FAULT.
 *
 * Errors: EFAULT, EINVAL (@head, @reserved; @slot, @gpa, @bytes, @hva: out of
 * range, unaligned or wrapping around), E2BIG, EEXIST (@slot is in use; @gpa:
 * overlaps another slot), ENOMEM, EIO (not the VM's process).
 */
struct vtx_map_memory {
	struct vtx_head head;
	__u32 slot;
	__u32 reserved;
	__u64 gpa;
	__u64 bytes;
	__u64 hva;
};

/**
 * struct vtx_unmap_memory - VTX_UNMAP_MEMORY: take a slot away from the guest
 * @head: see &struct vtx_head; @head.flags must be zero
 * @slot: in: slot number given to VTX_MAP_MEMORY
 * @reserved: in: must be zero
 *
 * When the call returns, no vCPU can reach the memory any more.
 *
 * Errors: EFAULT, EINVAL (@head, @slot out of range, @reserved), E2BIG, ENOENT
 * (@slot is empty), ENOMEM, EIO (not the VM's process).
 */
struct vtx_unmap_memory {
	struct vtx_head head;
	__u32 slot;
	__u32 reserved;
};

/**
 * struct vtx_create_vcpu - VTX_CREATE_VCPU: a new vCPU in its state after reset
 * @head: see &struct vtx_head; @head.flags must be zero
 * @id: in: the vCPU's number and APIC ID, below &vtx_info.max_vcpus; 0 is the
 *	bootstrap processor
 * @reserved: in: must be zero
 *
 * Returns a vCPU fd (>= 0). vCPU 0 starts at F000:FFF0 in real mode, as after
 * power-on (SDM Vol. 3, 9.1.1); on a CPU without VTX_FEATURE_UNRESTRICTED its
 * first VTX_RUN gives EOPNOTSUPP unless userspace has set up paged mode. Other
 * vCPUs wait: VTX_RUN returns VTX_EXIT_WAIT_SIPI until userspace sets
 * &vtx_events.activity to VTX_ACTIVITY_RUNNING.
 *
 * Errors: EFAULT, EINVAL (@head, @id out of range, @reserved), E2BIG, EEXIST
 * (@id is in use), ENOMEM, ENOSPC (no VPID left), EMFILE, ENFILE, EIO (not the
 * VM's process).
 */
struct vtx_create_vcpu {
	struct vtx_head head;
	__u32 id;
	__u32 reserved;
};

/**
 * struct vtx_msi - VTX_MSI: deliver a message-signalled interrupt
 * @head: see &struct vtx_head; @head.flags must be zero
 * @address: in: 0xfeeXXXXX, as a device would write it (SDM Vol. 3, 11.11.1)
 * @data: in: vector and delivery mode (SDM Vol. 3, 11.11.2); fixed (0), lowest
 *	priority (1) and NMI (4) are delivered
 * @reserved: in: must be zero
 *
 * May be called from any thread at any time. Returns the number of local APICs
 * that took the interrupt, 0 if none matched or was enabled.
 *
 * Errors: EFAULT, EINVAL (@head; @address not 0xfee00000 to 0xfeefffff; @data:
 * vector below 16 in a fixed message, another delivery mode, reserved bits;
 * @reserved), E2BIG, ENODEV (the VM was made with VTX_VM_NO_APIC).
 */
struct vtx_msi {
	struct vtx_head head;
	__u64 address;
	__u32 data;
	__u32 reserved;
};

#define VTX_IOC_MAGIC		0xBE

/* On /dev/vtx. */
#define VTX_INFO		_IOWR(VTX_IOC_MAGIC, 0x00, struct vtx_info)
#define VTX_CREATE_VM		_IOWR(VTX_IOC_MAGIC, 0x01, struct vtx_create_vm)
/* On a VM fd. */
#define VTX_MAP_MEMORY		_IOWR(VTX_IOC_MAGIC, 0x10, struct vtx_map_memory)
#define VTX_UNMAP_MEMORY	_IOWR(VTX_IOC_MAGIC, 0x11, struct vtx_unmap_memory)
#define VTX_CREATE_VCPU		_IOWR(VTX_IOC_MAGIC, 0x12, struct vtx_create_vcpu)
#define VTX_MSI			_IOWR(VTX_IOC_MAGIC, 0x13, struct vtx_msi)
/* On a vCPU fd. */
/**
 * define VTX_RUN - run the vCPU until something needs userspace
 *
 * Takes no argument (a non-zero one gives EINVAL). In this order: the answer
 * to the last exit is taken from the run area, the groups in &vtx_run.dirty
 * are checked and committed, the guest runs, the groups in &vtx_run.want are
 * written and &vtx_run.exit_reason is set.
 *
 * Returns 0, with &vtx_run.exit_reason set, or -1 with errno:
 * EINTR: a signal is pending; &vtx_run.exit_reason is VTX_EXIT_INTR;
 * EINVAL: a dirty group or a header field is illegal; &vtx_run.error_field is
 * the byte offset in the run area, and neither the vCPU nor the answer to the
 * last exit has changed;
 * EBUSY: another thread is in VTX_RUN on this vCPU;
 * EIO: the caller's address space is not the VM's;
 * EOPNOTSUPP: the mode that the guest is in needs VTX_FEATURE_UNRESTRICTED;
 * ENOTRECOVERABLE: the CPU refused this vCPU's VMCS, see the kernel log;
 * ENOMEM; EAGAIN: this CPU is going offline and the thread was not moved yet.
 */
#define VTX_RUN			_IO(VTX_IOC_MAGIC, 0x20)
/**
 * define VTX_KICK - make VTX_RUN return
 *
 * Takes no argument (a non-zero one gives EINVAL). The VTX_RUN that is going
 * on, or else the next one, returns 0 with VTX_EXIT_KICKED. May be called from
 * any thread, also of another process, and from a signal handler. Several
 * kicks before a return count as one.
 */
#define VTX_KICK		_IO(VTX_IOC_MAGIC, 0x21)

/**
 * enum vtx_exit - values of &vtx_run.exit_reason
 * @VTX_EXIT_NONE: VTX_RUN has not been called yet
 * @VTX_EXIT_INTR: a signal is pending; or &vtx_run.immediate_exit was set
 * @VTX_EXIT_KICKED: VTX_KICK
 * @VTX_EXIT_IO: IN or OUT; &vtx_run.io. The next VTX_RUN completes it
 * @VTX_EXIT_MMIO: a plain load or store where no memory is mapped, or a store
 *	to memory without VTX_MEM_WRITE; &vtx_run.mmio. The next VTX_RUN
 *	completes it
 * @VTX_EXIT_HLT: HLT in a VM with VTX_VM_NO_APIC; RIP is past it
 * @VTX_EXIT_SHUTDOWN: triple fault
 * @VTX_EXIT_WAIT_SIPI: this vCPU waits for a start-up IPI
 * @VTX_EXIT_EMULATE: an access like those of @VTX_EXIT_MMIO by another
 *	instruction, an instruction fetch outside of executable memory, or INS
 *	or OUTS; &vtx_run.emulate. Nothing has been executed: userspace carries
 *	out the instruction and changes the state groups, or gives up
 * @VTX_EXIT_MEMORY_FAULT: a slot covers the address but the launcher's mapping
 *	does not allow the access; &vtx_run.memory_fault. The next VTX_RUN tries
 *	again
 * @VTX_EXIT_ENTRY_FAILED: the CPU refused VM entry; &vtx_run.entry_failed. The
 *	vCPU's state may be mended and run again
 * @VTX_EXIT_INTERNAL: an exit that vtx cannot handle; &vtx_run.internal. The
 *	VM is dead: VTX_RUN returns this from now on, on each of its vCPUs, with
 *	that vCPU's own last exit. Task switches of the guest are such exits
 */
enum vtx_exit {
	VTX_EXIT_NONE,
	VTX_EXIT_INTR,
	VTX_EXIT_KICKED,
	VTX_EXIT_IO,
	VTX_EXIT_MMIO,
	VTX_EXIT_HLT,
	VTX_EXIT_SHUTDOWN,
	VTX_EXIT_WAIT_SIPI,
	VTX_EXIT_EMULATE,
	VTX_EXIT_MEMORY_FAULT,
	VTX_EXIT_ENTRY_FAILED,
	VTX_EXIT_INTERNAL,
};

/* Bits of the access fields below. */
/** define VTX_ACCESS_READ - a data read */
#define VTX_ACCESS_READ		(1U << 0)
/** define VTX_ACCESS_WRITE - a data write */
#define VTX_ACCESS_WRITE	(1U << 1)
/** define VTX_ACCESS_FETCH - an instruction fetch */
#define VTX_ACCESS_FETCH	(1U << 2)
/** define VTX_ACCESS_WALK - made by the CPU's walk of the guest's page tables */
#define VTX_ACCESS_WALK		(1U << 3)

/**
 * struct vtx_exit_io - VTX_EXIT_IO
 * @port: out: port number
 * @size: out: bytes: 1, 2 or 4
 * @write: out: 1: OUT, 0: IN
 * @reserved: zero
 * @data: out for OUT, in for IN: the value, in its lowest @size bytes; higher
 *	bytes are zero (OUT) or ignored (IN)
 */
struct vtx_exit_io {
	__u16 port;
	__u8 size;
	__u8 write;
	__u32 reserved;
	__u64 data;
};

/**
 * struct vtx_exit_mmio - VTX_EXIT_MMIO
 * @gpa: out: guest-physical address; the access does not cross a page
 * @size: out: bytes: 1, 2, 4 or 8
 * @write: out: 1: store, 0: load
 * @reserved: zero
 * @data: out for a store, in for a load: the value, in its lowest @size bytes;
 *	higher bytes are zero (store) or ignored (load)
 */
struct vtx_exit_mmio {
	__u64 gpa;
	__u8 size;
	__u8 write;
	__u8 reserved[6];
	__u64 data;
};

/**
 * struct vtx_exit_emulate - VTX_EXIT_EMULATE
 * @gpa: out: guest-physical address of the access; ~0 for INS and OUTS
 * @gla: out: guest-linear address of the access, or ~0 where the CPU gave none
 * @access: out: VTX_ACCESS_*
 * @insn_len: out: bytes at RIP that could be read, at most 15; 0 if none
 * @insn: out: those bytes
 */
struct vtx_exit_emulate {
	__u64 gpa;
	__u64 gla;
	__u32 access;
	__u32 insn_len;
	__u8 insn[16];
};

/**
 * struct vtx_exit_memory_fault - VTX_EXIT_MEMORY_FAULT
 * @gpa: out: guest-physical address
 * @hva: out: the address in the launcher
 * @access: out: VTX_ACCESS_*
 * @error: out: errno of the host's page fault: EFAULT (nothing mapped there, or
 *	not with these rights), EHWPOISON, ENOMEM
 */
struct vtx_exit_memory_fault {
	__u64 gpa;
	__u64 hva;
	__u32 access;
	__u32 error;
};

/**
 * struct vtx_exit_entry_failed - VTX_EXIT_ENTRY_FAILED
 * @hw_reason: out: exit-reason field, or 0 when VMLAUNCH or VMRESUME itself failed
 * @insn_error: out: VM-instruction error number (SDM Vol. 3, 31.4), or 0
 * @qualification: out: exit qualification
 */
struct vtx_exit_entry_failed {
	__u32 hw_reason;
	__u32 insn_error;
	__u64 qualification;
};

/**
 * struct vtx_exit_internal - VTX_EXIT_INTERNAL
 * @hw_reason: out: exit-reason field
 * @reserved: zero
 * @qualification: out: exit qualification
 * @rip: out: guest RIP
 */
struct vtx_exit_internal {
	__u32 hw_reason;
	__u32 reserved;
	__u64 qualification;
	__u64 rip;
};

/**
 * struct vtx_run - first bytes of a vCPU's run area
 * @size: out: &vtx_info.run_size
 * @flags: in: must be zero
 * @error_field: out: after EINVAL the byte offset in the run area of what was
 *	illegal, else VTX_NO_FIELD
 * @immediate_exit: in: 1: take the answer, commit @dirty, deliver @want, and
 *	return at once with VTX_EXIT_INTR; 0: run; other values: EINVAL
 * @want: in: groups to be written at the end of VTX_RUN; unknown bits: EINVAL
 * @dirty: in: groups to be committed at the start of VTX_RUN; unknown bits and
 *	read-only groups: EINVAL. The kernel clears it when it has committed them
 * @valid: out: groups that hold the vCPU's state as of the end of VTX_RUN
 * @exit_reason: out: one of &enum vtx_exit
 * @hw_reason: out: the CPU's basic exit reason of the last VM exit (SDM Vol. 3,
 *	Appendix C)
 * @io: VTX_EXIT_IO
 * @mmio: VTX_EXIT_MMIO
 * @emulate: VTX_EXIT_EMULATE
 * @memory_fault: VTX_EXIT_MEMORY_FAULT
 * @entry_failed: VTX_EXIT_ENTRY_FAILED
 * @internal: VTX_EXIT_INTERNAL
 * @pad: room for exits to come
 *
 * The run area is shared with untrusted userspace: the kernel reads each field
 * once, at VTX_RUN, and never relies on what it wrote there earlier.
 */
struct vtx_run {
	__u32 size;
	__u32 flags;
	__u32 error_field;
	__u32 immediate_exit;
	__u64 want;
	__u64 dirty;
	__u64 valid;
	__u32 exit_reason;
	__u32 hw_reason;
	union {
		struct vtx_exit_io io;
		struct vtx_exit_mmio mmio;
		struct vtx_exit_emulate emulate;
		struct vtx_exit_memory_fault memory_fault;
		struct vtx_exit_entry_failed entry_failed;
		struct vtx_exit_internal internal;
		__u8 pad[128];
	};
};

/**
 * enum vtx_gpr - index into &vtx_gprs.gpr, in the order of instruction encoding
 * @VTX_RAX: 0
 * @VTX_RCX: 1
 * @VTX_RDX: 2
 * @VTX_RBX: 3
 * @VTX_RSP: 4
 * @VTX_RBP: 5
 * @VTX_RSI: 6
 * @VTX_RDI: 7
 * @VTX_R8: 8
 * @VTX_R9: 9
 * @VTX_R10: 10
 * @VTX_R11: 11
 * @VTX_R12: 12
 * @VTX_R13: 13
 * @VTX_R14: 14
 * @VTX_R15: 15
 * @VTX_GPR_COUNT: number of general-purpose registers
 */
enum vtx_gpr {
	VTX_RAX, VTX_RCX, VTX_RDX, VTX_RBX, VTX_RSP, VTX_RBP, VTX_RSI, VTX_RDI,
	VTX_R8, VTX_R9, VTX_R10, VTX_R11, VTX_R12, VTX_R13, VTX_R14, VTX_R15,
	VTX_GPR_COUNT
};

/**
 * struct vtx_gprs - VTX_GROUP_GPRS: general-purpose registers
 * @gpr: by &enum vtx_gpr
 * @rip: instruction pointer
 * @rflags: flags; bit 1 must be set, reserved bits clear
 */
struct vtx_gprs {
	__u64 gpr[VTX_GPR_COUNT];
	__u64 rip;
	__u64 rflags;
};

/**
 * struct vtx_segment - one segment register with its hidden part
 * @base: linear base address; canonical
 * @limit: in bytes, as the VMCS keeps it (expanded by the granularity)
 * @selector: the visible part
 * @reserved: must be zero
 * @attributes: access rights in the format of the VMCS (SDM Vol. 3, 25.4.1):
 *	bits 3:0 type, 4 S, 6:5 DPL, 7 P, 12 AVL, 13 L, 14 D/B, 15 G, 16 unusable
 * @reserved2: must be zero
 */
struct vtx_segment {
	__u64 base;
	__u32 limit;
	__u16 selector;
	__u16 reserved;
	__u32 attributes;
	__u32 reserved2;
};

/**
 * struct vtx_table - GDTR or IDTR
 * @base: linear base address; canonical
 * @limit: 0 to 0xffff
 * @reserved: must be zero
 */
struct vtx_table {
	__u64 base;
	__u32 limit;
	__u32 reserved;
};

/**
 * enum vtx_seg - index into &vtx_segs.seg
 * @VTX_SEG_ES: ES
 * @VTX_SEG_CS: CS
 * @VTX_SEG_SS: SS
 * @VTX_SEG_DS: DS
 * @VTX_SEG_FS: FS
 * @VTX_SEG_GS: GS
 * @VTX_SEG_LDTR: LDTR
 * @VTX_SEG_TR: TR
 * @VTX_SEG_COUNT: number of segment registers
 */
enum vtx_seg {
	VTX_SEG_ES, VTX_SEG_CS, VTX_SEG_SS, VTX_SEG_DS, VTX_SEG_FS, VTX_SEG_GS,
	VTX_SEG_LDTR, VTX_SEG_TR,
	VTX_SEG_COUNT
};

/**
 * struct vtx_segs - VTX_GROUP_SEGS: segment and table registers
 * @seg: by &enum vtx_seg
 * @gdtr: global descriptor table
 * @idtr: interrupt descriptor table
 */
struct vtx_segs {
	struct vtx_segment seg[VTX_SEG_COUNT];
	struct vtx_table gdtr;
	struct vtx_table idtr;
};

/**
 * struct vtx_cregs - VTX_GROUP_CREGS: control registers, as the guest sees them
 * @cr0: CR0; PG needs PE, NW needs CD
 * @cr2: page-fault linear address
 * @cr3: page-table base; below 2^guest_phys_bits but for PCID bits
 * @cr4: CR4; bits of features that the guest does not have must be zero
 * @cr8: task priority, 0 to 15; 0 in a VM with VTX_VM_NO_APIC
 * @efer: IA32_EFER; LMA must equal LME and PG
 * @xcr0: extended control register 0, within &vtx_info.xfeatures; bit 0 set
 */
struct vtx_cregs {
	__u64 cr0;
	__u64 cr2;
	__u64 cr3;
	__u64 cr4;
	__u64 cr8;
	__u64 efer;
	__u64 xcr0;
};

/**
 * struct vtx_dregs - VTX_GROUP_DREGS: debug registers, as the guest sees them
 * @dr: DR0 to DR3
 * @dr6: debug status
 * @dr7: debug control; bits 63:32 must be zero
 */
struct vtx_dregs {
	__u64 dr[4];
	__u64 dr6;
	__u64 dr7;
};

/**
 * struct vtx_msrs - VTX_GROUP_MSRS: model-specific registers
 * @tsc: IA32_TIME_STAMP_COUNTER at the end of VTX_RUN; each commit of this
 *	group sets the guest's clock to it
 * @tsc_adjust: IA32_TSC_ADJUST; a commit does not move @tsc
 * @tsc_aux: IA32_TSC_AUX; bits 63:32 zero
 * @star: IA32_STAR
 * @lstar: IA32_LSTAR; canonical
 * @cstar: IA32_CSTAR; canonical
 * @sfmask: IA32_FMASK; bits 63:32 zero
 * @kernel_gs_base: IA32_KERNEL_GS_BASE; canonical
 * @sysenter_cs: IA32_SYSENTER_CS; bits 63:32 zero
 * @sysenter_esp: IA32_SYSENTER_ESP; canonical
 * @sysenter_eip: IA32_SYSENTER_EIP; canonical
 * @pat: IA32_PAT; each byte 0, 1, 4, 5, 6 or 7
 * @apic_base: IA32_APIC_BASE; 0 in a VM with VTX_VM_NO_APIC
 * @misc_enable: IA32_MISC_ENABLE
 * @mtrr_def_type: IA32_MTRR_DEF_TYPE
 */
struct vtx_msrs {
	__u64 tsc;
	__u64 tsc_adjust;
	__u64 tsc_aux;
	__u64 star;
	__u64 lstar;
	__u64 cstar;
	__u64 sfmask;
	__u64 kernel_gs_base;
	__u64 sysenter_cs;
	__u64 sysenter_esp;
	__u64 sysenter_eip;
	__u64 pat;
	__u64 apic_base;
	__u64 misc_enable;
	__u64 mtrr_def_type;
};

/**
 * enum vtx_activity - values of &vtx_events.activity
 * @VTX_ACTIVITY_RUNNING: executes instructions
 * @VTX_ACTIVITY_HALTED: in HLT
 * @VTX_ACTIVITY_WAIT_SIPI: waits for a start-up IPI
 */
enum vtx_activity {
	VTX_ACTIVITY_RUNNING,
	VTX_ACTIVITY_HALTED,
	VTX_ACTIVITY_WAIT_SIPI,
};

/** define VTX_BLOCKING_STI - bit of &vtx_events.blocking: interrupt shadow of STI */
#define VTX_BLOCKING_STI	(1U << 0)
/** define VTX_BLOCKING_MOV_SS - bit of &vtx_events.blocking: shadow of MOV SS or POP SS */
#define VTX_BLOCKING_MOV_SS	(1U << 1)
/** define VTX_BLOCKING_NMI - bit of &vtx_events.blocking: NMIs are blocked until IRET */
#define VTX_BLOCKING_NMI	(1U << 3)

/** define VTX_EVENT_VALID - bit of &vtx_events.inject: there is an event to inject */
#define VTX_EVENT_VALID		(1U << 31)
/** define VTX_EVENT_ERROR_CODE - bit of &vtx_events.inject: the event pushes an error code */
#define VTX_EVENT_ERROR_CODE	(1U << 11)

/**
 * struct vtx_events - VTX_GROUP_EVENTS: activity, blocking and events on their way
 * @activity: one of &enum vtx_activity
 * @blocking: VTX_BLOCKING_*
 * @inject: an event that the next VM entry delivers, in the format of the
 *	VM-entry interruption-information field (SDM Vol. 3, 25.8.3): vector,
 *	type, VTX_EVENT_ERROR_CODE, VTX_EVENT_VALID; 0: none
 * @error_code: error code of @inject
 * @insn_len: instruction length for software events in @inject, 1 to 15
 * @nmi_pending: 1: an NMI is to be delivered as soon as it is not blocked
 */
struct vtx_events {
	__u32 activity;
	__u32 blocking;
	__u32 inject;
	__u32 error_code;
	__u32 insn_len;
	__u32 nmi_pending;
};

/** define VTX_EXIT_REASONS - entries of &vtx_counters.exits */
#define VTX_EXIT_REASONS	80

/**
 * struct vtx_counters - VTX_GROUP_COUNTERS: what has happened since the vCPU was created
 * @entries: VM entries
 * @to_user: returns from VTX_RUN
 * @injected: interrupts injected
 * @exits: VM exits by basic exit reason (SDM Vol. 3, Appendix C)
 */
struct vtx_counters {
	__u64 entries;
	__u64 to_user;
	__u64 injected;
	__u64 exits[VTX_EXIT_REASONS];
};

#endif /* _UAPI_LINUX_VTX_H */
