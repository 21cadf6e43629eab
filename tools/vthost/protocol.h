/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frames between the machine (relay) and the box (agent): PROTOCOL.md says
 * what they mean, this is how they look.  Both ends are x86-64: integers are in
 * memory order.
 *
 *   0      2      3        4          8        12         12+n      16+n
 *   | sync | type | unused | sequence | length | payload  | CRC-32 | '\n' |
 *
 * The CRC is that of everything from the type to the end of the payload.  Each
 * direction counts its own frames from 0.
 */
#ifndef VTHOST_PROTOCOL_H
#define VTHOST_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define __printf(f, a) __attribute__((format(printf, f, a)))

#define PROTOCOL_VERSION 1

#define FRAME_SYNC	0x9ef5		/* bytes f5 9e: neither ASCII nor UTF-8 */
#define FRAME_HEADER	12
#define FRAME_OVERHEAD	(FRAME_HEADER + 5)
#define FRAME_PAYLOAD	4096
#define FRAME_MAX	(FRAME_OVERHEAD + FRAME_PAYLOAD)

/* How many bytes of stdin may be on their way without acknowledgment */
#define STDIN_WINDOW	8192

/* Frames out of the box, by port 0xe9 */
enum {
	FRAME_HELLO	= 'H',	/* struct frame_hello, the first of each boot */
	FRAME_STDOUT	= 'O',
	FRAME_STDERR	= 'E',
	FRAME_ACK	= 'A',	/* u64: bytes of stdin that the command was given */
	FRAME_FILE	= 'F',	/* struct frame_file: a file that --get asked for */
	FRAME_DATA	= 'D',	/* the file's next bytes */
	FRAME_CLOSE	= 'C',	/* the file is complete */
	FRAME_NOTE	= 'N',	/* text for stderr */
	FRAME_FAIL	= 'B',	/* text: the box could not do its work; the last */
	FRAME_EXIT	= 'X',	/* struct frame_exit; the last */
};

/* Frames into the box, by the second serial port */
enum {
	FRAME_START	= 's',	/* struct frame_start, answers FRAME_HELLO */
	FRAME_STDIN	= 'i',
	FRAME_EOF	= 'e',	/* no more stdin */
	FRAME_WINDOW	= 'w',	/* struct frame_window: the terminal's new size */
};

struct frame_hello {
	uint32_t version;
};

struct frame_window {
	uint16_t rows, columns;
};

struct frame_start {
	uint32_t boot;		/* 1 for the first */
	uint32_t terminal;	/* run the command on a pty */
	struct frame_window window;
};

struct frame_file {
	uint32_t index;		/* of the --get that asked for it, from 0 */
	uint32_t mode;
};

enum { EXIT_STATUS, EXIT_SIGNAL };

struct frame_exit {
	uint32_t kind, value;
	uint64_t ticks_command, ticks_total;	/* by the TSC */
};

struct frame {
	uint8_t type;
	uint32_t length;
	uint8_t payload[FRAME_PAYLOAD];
};

struct decoder {
	uint32_t sequence;		/* of the next frame */
	bool synced;			/* the first frame was seen */
	const char *error;		/* set for good by what ends the stream */
	size_t have;
	uint8_t buffer[FRAME_MAX];
};

/* frame_encode - write a frame to @out, which has room for FRAME_MAX bytes */
size_t frame_encode(uint8_t *out, uint8_t type, uint32_t sequence,
		    const void *payload, size_t length);

/*
 * frame_decode - take bytes from *@in until @frame is complete
 *
 * True: a frame; call again.  False: all bytes are used up, or decoder->error
 * is set.  Until the first frame, which must be of type @first, other bytes are
 * skipped: firmware and boot loader may have said something.
 */
bool frame_decode(struct decoder *decoder, uint8_t first, const uint8_t **in,
		  const uint8_t *end, struct frame *frame);

#endif
