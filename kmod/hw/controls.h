/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fit of a VMX control word (SDM Vol. 3, A.3 to A.5).
 *
 *        wanted  ---+--> | must  ---> & may ---> the word
 *        required --+                   |
 *                                       +--> required bits that fell out: refuse
 */
#ifndef VTX_HW_CONTROLS_H
#define VTX_HW_CONTROLS_H

#include <linux/types.h>

/* Bits of @required that the CPU does not offer. */
static inline u32 vmx_ctl_missing(u32 required, u32 may)
{
	return required & ~may;
}

/* The word to write: @required and what there is of @optional, and the bits that must be one. */
static inline u32 vmx_ctl_fit(u32 required, u32 optional, u32 must, u32 may)
{
	return ((required | optional) & may) | must;
}

#endif /* VTX_HW_CONTROLS_H */
