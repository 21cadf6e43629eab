// SPDX-License-Identifier: GPL-2.0-only
/*
 * The header of the run area. The area belongs to userspace as much as to us:
 * every read is a READ_ONCE() into kernel memory, and what was written there
 * earlier is never trusted.
 */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "run_page.h"
#include "vcpu.h"

#define GROUPS_KNOWN	(BIT_ULL(VTX_GROUP_COUNT) - 1)
#define GROUPS_WRITABLE	(GROUPS_KNOWN & ~BIT_ULL(VTX_GROUP_COUNTERS))

/* The one field that the last exit left for userspace to fill. */
static u64 take_data(const struct vcpu *v, const struct vtx_run *run)
{
	if (v->answer.kind == ANSWER_IN)
		return READ_ONCE(run->io.data);
	if (v->answer.kind == ANSWER_LOAD)
		return READ_ONCE(run->mmio.data);
	return 0;
}

static int refuse(struct vcpu *v, u32 offset)
{
	v->exit.error_field = offset;
	return -EINVAL;
}

int run_page_take(struct vcpu *v, struct run_request *req)
{
	const struct vtx_run *run = v->run;
	u32 immediate = READ_ONCE(run->immediate_exit);

	req->want = READ_ONCE(run->want);
	req->dirty = READ_ONCE(run->dirty);
	req->data = take_data(v, run);
	req->immediate_exit = immediate;

	if (READ_ONCE(run->flags))
		return refuse(v, offsetof(struct vtx_run, flags));
	if (immediate > 1)
		return refuse(v, offsetof(struct vtx_run, immediate_exit));
	if (req->want & ~GROUPS_KNOWN)
		return refuse(v, offsetof(struct vtx_run, want));
	if (req->dirty & ~GROUPS_WRITABLE)
		return refuse(v, offsetof(struct vtx_run, dirty));
	return 0;
}

void run_page_refuse(struct vcpu *v)
{
	struct vtx_run *run = v->run;

	WRITE_ONCE(run->error_field, v->exit.error_field);
}

void run_page_committed(struct vcpu *v)
{
	struct vtx_run *run = v->run;

	WRITE_ONCE(run->dirty, 0);
}

void run_page_publish(struct vcpu *v)
{
	struct vtx_run *run = v->run;

	run->size = vcpu_run_size();
	run->error_field = VTX_NO_FIELD;
	run->valid = v->exit.valid;
	run->exit_reason = v->exit.exit_reason;
	run->hw_reason = v->exit_reason;
	/* The largest of the exits; the rest of the padding is for exits to come. */
	BUILD_BUG_ON(sizeof(run->emulate) < sizeof(run->mmio));
	BUILD_BUG_ON(sizeof(run->emulate) < sizeof(run->memory_fault));
	BUILD_BUG_ON(sizeof(run->emulate) < sizeof(run->internal));
	memcpy(&run->emulate, &v->exit.emulate, sizeof(run->emulate));
}
