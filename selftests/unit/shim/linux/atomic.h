/* SPDX-License-Identifier: GPL-2.0-only */
#include "../kshim.h"

#ifndef VTX_UNIT_ATOMIC_H
#define VTX_UNIT_ATOMIC_H

#define xchg(p, v)	__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define try_cmpxchg(p, old, v) \
	__atomic_compare_exchange_n(p, old, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
/* All that came before is seen first. */
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

#endif /* VTX_UNIT_ATOMIC_H */
