// SPDX-License-Identifier: GPL-2.0-only
/*
 * The box's init.  vthost put into the initramfs what it is to do:
 *
 *   /vthost/command, /vthost/environment   strings, each ended by a NUL
 *   /vthost/modules                        lines "PATH ARGUMENTS", in order
 *   /vthost/get                            lines, files to send back at the end
 *
 * and it ends with one frame EXIT or FAIL, then power-off.
 */
#include <string.h>

#include "agent.h"

int main(void)
{
	struct frame_hello hello = { .version = PROTOCOL_VERSION };
	static struct frame frame;
	struct frame_start start;
	struct frame_exit result;

	box_mount();
	link_open();
	link_send(FRAME_HELLO, &hello, sizeof(hello));
	link_wait(FRAME_START, &frame);
	memcpy(&start, frame.payload, sizeof(start));
	box_network();
	box_load_modules();
	result = command_run(&start);
	box_return_files(result.kind == EXIT_STATUS ? (int)result.value : 123);
	link_send(FRAME_EXIT, &result, sizeof(result));
	box_off();
}
