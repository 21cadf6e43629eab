// SPDX-License-Identifier: GPL-2.0-only
/* File systems, network, modules, the files to return, power-off */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent.h"

static const struct {
	const char *type, *path, *options;
} mounts[] = {
	{ "proc",	"/proc",	NULL },
	{ "sysfs",	"/sys",	NULL },
	{ "devtmpfs",	"/dev",	NULL },
	{ "devpts",	"/dev/pts",		"mode=620,ptmxmode=666" },
	{ "tmpfs",	"/dev/shm",	NULL },
	{ "tmpfs",	"/tmp",	NULL },
	{ "tmpfs",	"/run",	NULL },
	{ "debugfs",	"/sys/kernel/debug",	NULL },
	{ "tracefs",	"/sys/kernel/tracing",	NULL },
};

void box_mount(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		mkdir(mounts[i].path, 0755);
		if (mount(mounts[i].type, mounts[i].path, mounts[i].type, 0,
			  mounts[i].options) && errno != EBUSY)
			dprintf(2, "vthost: mount %s: %m\n", mounts[i].path);
	}
	if (symlink("/proc/self/fd", "/dev/fd") && errno != EEXIST)
		dprintf(2, "vthost: /dev/fd: %m\n");
}

void box_network(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo))
		dprintf(2, "vthost: loopback interface: %m\n");
	close(fd);
	sethostname("vthost", 6);
}

void box_off(void)
{
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

void box_fail(const char *format, ...)
{
	char text[FRAME_PAYLOAD];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (n >= (int)sizeof(text))
		n = sizeof(text) - 1;
	dprintf(2, "vthost: %s\n", text);
	link_send(FRAME_FAIL, text, n);
	box_off();
}

/* What the kernel said since @kmsg was opened: its texts, one a line */
static void kernel_lines(int kmsg, char *out, size_t size)
{
	char record[1024], *text;
	size_t used = 0;
	ssize_t n;

	out[0] = 0;
	while ((n = read(kmsg, record, sizeof(record) - 1)) > 0) {
		record[n] = 0;
		text = strchr(record, ';');
		if (!text)
			continue;
		text[1 + strcspn(text + 1, "\n")] = 0;
		if (used + strlen(text) + 10 > size)
			break;
		used += sprintf(out + used, "\nkernel: %s", text + 1);
	}
}

static void module_load(const char *path, const char *arguments)
{
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char said[2048];

	if (fd < 0)
		box_fail("%s: %m", path);
	lseek(kmsg, 0, SEEK_END);
	if (syscall(SYS_finit_module, fd, arguments, 0) && errno != EEXIST) {
		int error = errno;

		kernel_lines(kmsg, said, sizeof(said));
		box_fail("loading %s failed: %s (errno %d)%s", path, strerror(error),
			 error, said);
	}
	close(fd);
	close(kmsg);
}

/* /vthost/modules: a line "PATH ARGUMENTS" for each */
void box_load_modules(void)
{
	FILE *list = fopen("/vthost/modules", "re");
	char *line = NULL, *arguments;
	size_t size = 0;

	while (list && getline(&line, &size, list) > 0) {
		line[strcspn(line, "\n")] = 0;
		arguments = line + strcspn(line, " ");
		if (*arguments)
			*arguments++ = 0;
		module_load(line, arguments);
	}
	free(line);
	if (list)
		fclose(list);
}

/* A file that is missing after a success is a failure of the box */
static void file_missing(const char *path, const char *why, int status)
{
	char text[512];
	int n;

	if (!status)
		box_fail("--get %s: %s", path, why);
	n = snprintf(text, sizeof(text), "--get %s: %s", path, why);
	link_send(FRAME_NOTE, text, n < (int)sizeof(text) ? n : (int)sizeof(text) - 1);
}

static void file_return(const char *path, uint32_t index, int status)
{
	char data[FRAME_PAYLOAD];
	struct frame_file file;
	struct stat st;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st)) {
		file_missing(path, strerror(errno), status);
	} else if (!S_ISREG(st.st_mode)) {
		file_missing(path, "not a regular file", status);
	} else {
		file = (struct frame_file) { .index = index, .mode = st.st_mode & 0777 };
		link_send(FRAME_FILE, &file, sizeof(file));
		while ((n = read(fd, data, sizeof(data))) > 0)
			link_send(FRAME_DATA, data, n);
		if (n < 0)
			box_fail("--get %s: %m", path);
		link_send(FRAME_CLOSE, NULL, 0);
	}
	if (fd >= 0)
		close(fd);
}

/* /vthost/get: a line for each path, in the order of relay's destinations */
void box_return_files(int status)
{
	FILE *list = fopen("/vthost/get", "re");
	char *line = NULL;
	size_t size = 0;

	for (uint32_t i = 0; list && getline(&line, &size, list) > 0; i++) {
		line[strcspn(line, "\n")] = 0;
		file_return(line, i, status);
	}
	free(line);
	if (list)
		fclose(list);
}
