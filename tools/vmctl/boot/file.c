// SPDX-License-Identifier: GPL-2.0-only

#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../vmctl.h"

/* read() takes no more than this at once. */
#define READ_MAX (1UL << 30)

int image_open(struct image_file *file, const char *what, const char *path)
{
	struct stat st;

	file->what = what;
	file->path = path;
	/* O_NONBLOCK: a FIFO without a writer would keep open() waiting. */
	file->fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file->fd < 0)
		return complain("%s '%s' cannot be opened: %s", what, path, strerror(errno));
	if (fstat(file->fd, &st) || !S_ISREG(st.st_mode)) {
		image_close(file);
		return complain("%s '%s' is not a regular file; give one", what, path);
	}
	file->bytes = st.st_size;
	return 0;
}

int image_read(const struct image_file *file, uint64_t offset, void *to, uint64_t bytes)
{
	uint8_t *at = to;

	while (bytes) {
		ssize_t got = pread(file->fd, at, bytes < READ_MAX ? bytes : READ_MAX, offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return complain("%s '%s' cannot be read: %s", file->what, file->path,
					strerror(errno));
		if (!got)
			return complain("%s '%s' became shorter while it was read; try again",
					file->what, file->path);
		at += got;
		offset += got;
		bytes -= got;
	}
	return 0;
}

void image_close(struct image_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}
