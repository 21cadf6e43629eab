/* SPDX-License-Identifier: GPL-2.0-only */
/* The header of the run area: taken at the start of VTX_RUN, published at its end. */
#ifndef VTX_RUN_RUN_PAGE_H
#define VTX_RUN_RUN_PAGE_H

#include <linux/types.h>

struct vcpu;

/* What userspace asks for, each field read once. */
struct run_request {
	u64 want;
	u64 dirty;
	u64 data;		/* answer to an IN or a load */
	bool immediate_exit;
};

/* 0, or -EINVAL with v->exit.error_field set. */
int run_page_take(struct vcpu *v, struct run_request *req);
/* After -EINVAL: tells which field it was, and leaves the rest of the area alone. */
void run_page_refuse(struct vcpu *v);
/* The dirty groups are in the vCPU: they are not to be committed again. */
void run_page_committed(struct vcpu *v);
void run_page_publish(struct vcpu *v);

#endif /* VTX_RUN_RUN_PAGE_H */
