// SPDX-License-Identifier: GPL-2.0-only
/*
 * EPT entries and who changed them.
 *
 * A hypervisor may change an entry while another CPU runs the guest: until it
 * has told that CPU, waited and gone on, the CPU may rightly use the old one.
 *
 *	CPU 0	zap entry ... kick, wait for CPU 1 ... return to user mode
 *	CPU 1	guest    guest  exit, INVEPT, enter    guest
 *	            ^ both fine ^                      ^ the old entry would be a bug
 *
 * No one but the hypervisor knows where "gone on" is.  But it must come before
 * the CPU that changed the entry leaves the kernel: for user mode, for a guest,
 * or to halt.  So each write to a page that holds EPT entries is remembered, and
 * each time that a CPU leaves the kernel.  A CPU in its idle loop without a halt
 * or in another kernel thread counts as still at work: an alarm is late then,
 * never false.
 *
 * What the CPUs' own page walks write are accessed and dirty flags: not counted.
 */
#include "bochs.h"
#include "cpu.h"
#include "memory/memory-bochs.h"
#include "strict.h"

#include <string.h>
#include <unordered_map>
#include <vector>

static std::vector<bool> tracked;			/* by page frame */
static std::unordered_map<Bit64u, table_writer> writers;	/* by address of the entry */
static Bit64u left_kernel[BX_MAX_SMP_THREADS_SUPPORTED];
static Bit64u sequence;

static const Bit64u ACCESSED_DIRTY = 0x300;

bool table_is_tracked(Bit64u paddr)
{
	return (paddr >> 12) < tracked.size() && tracked[paddr >> 12];
}

void table_track(BX_CPU_C *cpu, Bit64u paddr)
{
	Bit64u frame = paddr >> 12;

	(void)cpu;
	if (table_is_tracked(paddr))
		return;
	if (frame >= tracked.size())
		tracked.resize(frame + 1);
	tracked[frame] = true;
	forget_pointers();
}

/* Before the write, so that the old value is still there. */
void table_write(BX_CPU_C *cpu, Bit64u paddr, unsigned len, const void *data)
{
	const Bit8u *bytes = (const Bit8u *)data;

	while (len) {
		Bit64u entry = paddr & ~(Bit64u)7, old_value, new_value;
		unsigned offset = paddr & 7, n = 8 - offset < len ? 8 - offset : len;

		BX_MEM(0)->readPhysicalPage(cpu, entry, 8, &old_value);
		new_value = old_value;
		memcpy((Bit8u *)&new_value + offset, bytes, n);
		if ((old_value ^ new_value) & ~ACCESSED_DIRTY)
			writers[entry] = { ++sequence, cpu->which_cpu(), cpu->in_vmx_guest,
					   cpu->prev_rip, old_value, new_value };
		paddr += n;
		bytes += n;
		len -= n;
	}
}

void strict_left_kernel(BX_CPU_C *cpu)
{
	left_kernel[cpu->which_cpu()] = ++sequence;
}

const struct table_writer *table_last_writer(const Bit64u *addr, int n)
{
	static const struct table_writer none = {};
	const struct table_writer *last = &none;

	for (int i = 0; i < n; i++) {
		auto found = writers.find(addr[i] & ~(Bit64u)7);

		if (found != writers.end() && found->second.seq > last->seq)
			last = &found->second;
	}
	return last;
}

bool table_writer_is_done(const struct table_writer *writer)
{
	return !writer->seq || left_kernel[writer->cpu] > writer->seq;
}
