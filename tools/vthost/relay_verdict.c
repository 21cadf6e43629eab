// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine has stopped: why?  The first row that fits decides.  The console
 * says what the kernel meant to do, the emulator's log what the machine did.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relay.h"

enum { CONSOLE, EMULATOR };

/* Each line of the report of the strict emulator begins so */
#define STRICT	"strict: "

static const struct {
	int log;
	const char *text;
	bool after_exit;	/* fails a run whose exit frame was seen, too */
	int status;
	const char *message;
} endings[] = {
	{ EMULATOR, STRICT, true, STATUS_CRASH,
	  "the strict emulator stopped the box (tools/vthost/bochs/README.md)" },
	{ CONSOLE, "Kernel panic - not syncing", true, STATUS_CRASH,
	  "the box's kernel panicked" },
	{ EMULATOR, "3rd (", true, STATUS_CRASH,
	  "the box's CPU shut down: triple fault" },
	{ CONSOLE, "reboot: Restarting system", false, 0,
	  "the command rebooted the box" },
	{ CONSOLE, "reboot: Power down", false, 0,
	  "the command powered the box off" },
	{ EMULATOR, "machine reset", true, STATUS_CRASH,
	  "the box was reset, and not by a reboot of its kernel" },
	{ EMULATOR, "", false, STATUS_BOX,
	  "the box stopped without a result" },
};

/* The file's contents, ended by a NUL; NUL bytes in it become spaces */
static char *log_read(const char *name, size_t *length)
{
	char path[256], *text;
	struct stat st;
	ssize_t n;
	int fd;

	*length = 0;
	work_path(path, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) || !(text = calloc(1, st.st_size + 1)))
		return calloc(1, 1);
	n = read(fd, text, st.st_size);
	close(fd);
	if (n > 0)
		*length = n;
	for (size_t i = 0; i < *length; i++)
		if (!text[i])
			text[i] = ' ';
	return text;
}

static void tail(const char *title, const char *name, int lines)
{
	size_t length;
	char *text = log_read(name, &length), *p = text + length;

	while (p > text && (p[-1] == '\n' || p[-1] == '\r'))
		p--;
	*p = 0;
	for (; p > text; p--)
		if (p[-1] == '\n' && --lines == 0)
			break;
	if (*p) {
		say("%s:", title);
		dprintf(2, "%s\n", p);
	}
	free(text);
}

void console_tail(int lines)
{
	if (!options.verbose)
		tail("the end of its console", "console", lines);
}

void console_follow(void)
{
	static int fd = -1;
	char path[256], data[4096];
	ssize_t n;

	if (!options.verbose)
		return;
	if (fd < 0) {
		work_path(path, "console");
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	while (fd >= 0 && (n = read(fd, data, sizeof(data))) > 0)
		write_all(2, data, n);
}

static void say_strict_report(const char *log)
{
	const char *line, *end;

	for (line = strstr(log, STRICT); line; line = strstr(end, STRICT)) {
		end = strchrnul(line, '\n');
		say("%.*s", (int)(end - line), line);
	}
}

static bool ending_fits(size_t i, char *const logs[2])
{
	if (exit_seen && !endings[i].after_exit)
		return false;
	return strstr(logs[endings[i].log], endings[i].text);
}

int verdict(void)
{
	size_t length, i, last = sizeof(endings) / sizeof(endings[0]) - 1;
	char *logs[] = { log_read("console", &length), log_read("emulator.log", &length) };

	for (i = 0; i < last && !ending_fits(i, logs); i++)
		;
	if (i < last || !exit_seen)
		say("%s", endings[i].message);
	say_strict_report(logs[EMULATOR]);
	free(logs[CONSOLE]);
	free(logs[EMULATOR]);
	if (i == last && exit_seen)
		return frames_status();
	if (endings[i].status)
		console_tail(40);
	if (i == last)
		tail("the end of the emulator's log", "emulator.log", 12);
	return endings[i].status;
}
