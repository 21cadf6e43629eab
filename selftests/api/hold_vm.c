// SPDX-License-Identifier: GPL-2.0-only
/* hold_vm FILE: runs a guest for ever, and makes FILE once it does. */
#define VTXTEST_LIB
#include "guest.h"

static volatile __u32 in_guest;

static GUEST void spin(void)
{
	cli();
	in_guest = 1;
	for (;;)
		guest_pause();
}

int main(int argc, char **argv)
{
	pthread_t thread;
	struct vt vt;

	vt_check(argc == 2, "usage: hold_vm FILE");
	vt_boot(&vt, spin);
	vt_thread(&thread, &vt.vcpu[0]);
	vt_wait_for(&in_guest, 1);
	vt_check(creat(argv[1], 0600) >= 0, "%s: %s", argv[1], strerror(errno));
	vt_join(thread);
	return 1;
}
