// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who called whom.  Each frame is a call: where it was made, and the slot of the
 * stack that has its return address.  A RET finds its frame by that slot, which
 * is exact whatever happened in between.  A RET from a slot that no frame has is
 * either one to a caller that was never seen to call (the chain begins there),
 * or one on another stack: the frames of each stack are kept by its address.
 *
 *      CPU                          stack of task A     stack of task B
 *   [vfs_ioctl, vcpu_run, ...]  <--> [...]               [...]
 *
 * An interrupt is a frame whose "slot" is the stack pointer that IRET puts back.
 * Userspace has no frames, and the kernel that it enters begins with none.
 */
#include "bochs.h"
#include "cpu.h"

#include <unordered_map>
#include <utility>
#include <vector>

struct frame {
	uint64_t slot, call;
	uint32_t chain;			/* with this call as its last */
	bool interrupt;
};

typedef std::vector<struct frame> frames;

static struct stack {
	uint32_t reason;
	frames top;
} stacks[BX_MAX_SMP_THREADS_SUPPORTED];

/* Tasks move between CPUs, and so do their stacks */
static std::unordered_map<uint64_t, frames> left;

/* Linux' stacks have a size of 16 KiB, and are aligned to it */
static uint64_t stack_of(uint64_t slot)
{
	return slot >> 14;
}

enum { DEPTH_MAX = 256 };

uint32_t profile_stack_chain(unsigned int cpu)
{
	const struct stack *s = &stacks[cpu];

	return s->top.empty() ? s->reason : s->top.back().chain;
}

void profile_stack_clear(unsigned int cpu)
{
	stacks[cpu].top.clear();
}

static void rebuild_chains(struct stack *s)
{
	uint32_t chain = s->reason;

	for (struct frame &f : s->top)
		f.chain = chain = profile_chain(chain, f.call);
}

/* Frames that were left without a RET lie below the stack pointer */
static void drop_below(struct stack *s, uint64_t rsp)
{
	while (!s->top.empty() && !s->top.back().interrupt && s->top.back().slot < rsp &&
	       stack_of(s->top.back().slot) == stack_of(rsp))
		s->top.pop_back();
}

static void push(unsigned int cpu, uint64_t slot, uint64_t call, bool interrupt)
{
	struct stack *s = &stacks[cpu];

	if (s->top.size() == DEPTH_MAX)
		s->top.clear();
	s->top.push_back({ slot, call, profile_chain(profile_stack_chain(cpu), call), interrupt });
}

/* Find the frame, and drop it and all inside of it */
static bool pop(struct stack *s, uint64_t slot, bool interrupt)
{
	for (size_t i = s->top.size(); i--; ) {
		if (s->top[i].slot != slot || s->top[i].interrupt != interrupt)
			continue;
		s->top.resize(i);
		return true;
	}
	return false;
}

static void switch_stack(struct stack *s, uint64_t slot)
{
	if (!s->top.empty())
		left[stack_of(s->top.back().slot)] = std::move(s->top);
	s->top.clear();

	auto other = left.find(stack_of(slot));
	if (other == left.end())
		return;
	s->top = std::move(other->second);
	left.erase(other);
	rebuild_chains(s);
}

void profile_stack_exit(unsigned int cpu, uint32_t reason, uint64_t rsp)
{
	struct stack *s = &stacks[cpu];

	s->reason = reason;
	drop_below(s, rsp);
	rebuild_chains(s);
}

void profile_stack_call(unsigned int cpu, uint64_t slot, uint64_t from)
{
	drop_below(&stacks[cpu], slot + 1);
	push(cpu, slot, from, false);
}

void profile_stack_return(unsigned int cpu, uint64_t slot)
{
	struct stack *s = &stacks[cpu];

	if (s->top.empty() || pop(s, slot, false))
		return;
	switch_stack(s, slot);
	if (!pop(s, slot, false))
		s->top.clear();
}

void profile_stack_interrupt(unsigned int cpu, uint64_t rsp, uint64_t from)
{
	push(cpu, rsp, from, true);
}

void profile_stack_iret(unsigned int cpu, uint64_t rsp)
{
	pop(&stacks[cpu], rsp, true);
}
