// SPDX-License-Identifier: GPL-2.0-only
/* Frames: see protocol.h */
#include <string.h>

#include "protocol.h"

static uint32_t crc_table[256];

static void crc_table_fill(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int bit = 0; bit < 8; bit++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320 : 0);
		crc_table[i] = c;
	}
}

static uint32_t crc32(const uint8_t *p, size_t n)
{
	uint32_t c = ~0u;

	if (!crc_table[1])
		crc_table_fill();
	while (n--)
		c = c >> 8 ^ crc_table[(c ^ *p++) & 0xff];
	return ~c;
}

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

size_t frame_encode(uint8_t *out, uint8_t type, uint32_t sequence,
		    const void *payload, size_t length)
{
	out[0] = FRAME_SYNC & 0xff;
	out[1] = FRAME_SYNC >> 8;
	out[2] = type;
	out[3] = 0;
	put32(out + 4, sequence);
	put32(out + 8, length);
	if (length)
		memcpy(out + FRAME_HEADER, payload, length);
	put32(out + FRAME_HEADER + length, crc32(out + 2, FRAME_HEADER - 2 + length));
	out[FRAME_HEADER + length + 4] = '\n';
	return FRAME_OVERHEAD + length;
}

/* What is wrong with the frame in the buffer, as far as it is there? */
static const char *frame_fault(const struct decoder *d, uint8_t first)
{
	const uint8_t *b = d->buffer;
	uint32_t length;

	if (b[0] != (FRAME_SYNC & 0xff) || (d->have > 1 && b[1] != FRAME_SYNC >> 8))
		return "bytes that belong to no frame";
	if (d->have < FRAME_HEADER)
		return NULL;
	length = get32(b + 8);
	if (length > FRAME_PAYLOAD)
		return "a frame longer than any can be";
	if (d->have < FRAME_OVERHEAD + length)
		return NULL;
	if (get32(b + FRAME_HEADER + length) != crc32(b + 2, FRAME_HEADER - 2 + length) ||
	    b[FRAME_HEADER + length + 4] != '\n')
		return "a garbled frame";
	if (get32(b + 4) != d->sequence)
		return "a frame out of sequence";
	if (!d->synced && b[2] != first)
		return "a first frame of the wrong type";
	return NULL;
}

/* Before the first frame a fault costs one byte, later it ends the stream */
static void buffer_check(struct decoder *d, uint8_t first)
{
	const char *fault;

	while (d->have && (fault = frame_fault(d, first))) {
		if (d->synced) {
			d->error = fault;
			return;
		}
		memmove(d->buffer, d->buffer + 1, --d->have);
	}
}

static bool buffer_complete(const struct decoder *d)
{
	return d->have >= FRAME_HEADER &&
	       d->have >= FRAME_OVERHEAD + get32(d->buffer + 8);
}

static void buffer_take(struct decoder *d, struct frame *frame)
{
	size_t whole;

	frame->type = d->buffer[2];
	frame->length = get32(d->buffer + 8);
	memcpy(frame->payload, d->buffer + FRAME_HEADER, frame->length);
	d->sequence++;
	d->synced = true;
	whole = FRAME_OVERHEAD + frame->length;
	d->have -= whole;
	memmove(d->buffer, d->buffer + whole, d->have);
}

/* How many bytes to take before looking again: never into the next frame */
static size_t buffer_wants(const struct decoder *d)
{
	if (d->have < FRAME_HEADER)
		return d->synced ? FRAME_HEADER - d->have : 1;
	return FRAME_OVERHEAD + get32(d->buffer + 8) - d->have;
}

bool frame_decode(struct decoder *d, uint8_t first, const uint8_t **in,
		  const uint8_t *end, struct frame *frame)
{
	for (;;) {
		size_t n;

		buffer_check(d, first);
		if (d->error)
			return false;
		if (buffer_complete(d)) {
			buffer_take(d, frame);
			return true;
		}
		if (*in == end)
			return false;
		n = buffer_wants(d);
		if (n > (size_t)(end - *in))
			n = end - *in;
		memcpy(d->buffer + d->have, *in, n);
		d->have += n;
		*in += n;
	}
}
