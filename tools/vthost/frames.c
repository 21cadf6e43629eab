// SPDX-License-Identifier: GPL-2.0-only
/*
 * frames - write what a box might send, right or wrong, for selftest.sh
 *
 * frames CASE [BYTE]: the stream of that case on stdout; for "flip" with one
 * bit of byte BYTE inverted (and failure where there is no such byte).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol.h"

static uint8_t stream[16 * FRAME_MAX];
static size_t used;
static uint32_t sequence;

static void add(uint8_t type, const void *payload, size_t length)
{
	used += frame_encode(stream + used, type, sequence++, payload, length);
}

static void add_text(uint8_t type, const char *text)
{
	add(type, text, strlen(text));
}

static void add_hello(uint32_t version)
{
	struct frame_hello hello = { .version = version };

	add(FRAME_HELLO, &hello, sizeof(hello));
}

static void add_exit(uint32_t kind, uint32_t value)
{
	struct frame_exit result = { .kind = kind, .value = value };

	add(FRAME_EXIT, &result, sizeof(result));
}

static void add_file(uint32_t index)
{
	struct frame_file file = { .index = index, .mode = 0640 };

	add(FRAME_FILE, &file, sizeof(file));
	add_text(FRAME_DATA, "contents");
}

static void good(void)
{
	add_hello(PROTOCOL_VERSION);
	add_text(FRAME_STDOUT, "out\n");
	add_text(FRAME_STDERR, "err\n");
	add_exit(EXIT_STATUS, 3);
}

static void noise(void)
{
	uint8_t junk[] = "BIOS\r\n\xf5\x9e\xf5 loader \xf5";

	memcpy(stream, junk, sizeof(junk));
	used = sizeof(junk);
	good();
}

static void missing(void)
{
	add_hello(PROTOCOL_VERSION);
	sequence++;
	add_exit(EXIT_STATUS, 0);
}

static void repeated(void)
{
	add_hello(PROTOCOL_VERSION);
	add_text(FRAME_STDOUT, "out\n");
	sequence--;
	add_exit(EXIT_STATUS, 0);
}

static void stray(void)
{
	add_hello(PROTOCOL_VERSION);
	stream[used++] = '\n';
	add_exit(EXIT_STATUS, 0);
}

static void too_long(void)
{
	uint32_t length = FRAME_PAYLOAD + 1;
	uint8_t *frame;

	add_hello(PROTOCOL_VERSION);
	frame = stream + used;
	add_exit(EXIT_STATUS, 0);
	memcpy(frame + 8, &length, sizeof(length));
}

static void cut(void)
{
	good();
	used -= 9;
}

static void no_exit(void)
{
	add_hello(PROTOCOL_VERSION);
	add_text(FRAME_STDOUT, "out\n");
}

static void no_hello(void)
{
	add_exit(EXIT_STATUS, 0);
}

static void version(void)
{
	add_hello(PROTOCOL_VERSION + 1);
	add_exit(EXIT_STATUS, 0);
}

static void after_exit(void)
{
	good();
	add_text(FRAME_STDOUT, "more\n");
}

static void half_after_exit(void)
{
	good();
	stream[used++] = FRAME_SYNC & 0xff;
}

static void unknown(void)
{
	add_hello(PROTOCOL_VERSION);
	add_text('?', "");
	add_exit(EXIT_STATUS, 0);
}

static void acknowledged(void)
{
	uint64_t bytes = 1 << 30;

	add_hello(PROTOCOL_VERSION);
	add(FRAME_ACK, &bytes, sizeof(bytes));
	add_exit(EXIT_STATUS, 0);
}

static void file(void)
{
	add_hello(PROTOCOL_VERSION);
	add_file(0);
	add(FRAME_CLOSE, NULL, 0);
	add_exit(EXIT_STATUS, 0);
}

static void file_open(void)
{
	add_hello(PROTOCOL_VERSION);
	add_file(0);
	add_exit(EXIT_STATUS, 0);
}

static void fail(void)
{
	add_hello(PROTOCOL_VERSION);
	add_text(FRAME_FAIL, "no such thing");
}

static void zero(void)
{
	add_hello(PROTOCOL_VERSION);
	add_exit(EXIT_STATUS, 0);
}

static void high(void)
{
	add_hello(PROTOCOL_VERSION);
	add_exit(EXIT_STATUS, 200);
}

static void died(void)
{
	add_hello(PROTOCOL_VERSION);
	add_exit(EXIT_SIGNAL, 11);
}

static const struct {
	const char *name;
	void (*make)(void);
} cases[] = {
	{ "good", good }, { "flip", good }, { "noise", noise }, { "missing", missing },
	{ "repeated", repeated }, { "stray", stray }, { "too-long", too_long },
	{ "cut", cut }, { "no-exit", no_exit }, { "no-hello", no_hello },
	{ "version", version }, { "after-exit", after_exit },
	{ "half-after-exit", half_after_exit }, { "unknown", unknown },
	{ "acknowledged", acknowledged }, { "file", file }, { "file-open", file_open },
	{ "fail", fail }, { "zero", zero }, { "high", high }, { "died", died },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(cases); i++)
		if (!strcmp(cases[i].name, argv[1]))
			cases[i].make();
	if (argc > 2) {
		size_t at = strtoul(argv[2], NULL, 10);

		if (at >= used)
			return 1;
		stream[at] ^= 1 << at % 8;
	}
	return !used || fwrite(stream, used, 1, stdout) != 1;
}
