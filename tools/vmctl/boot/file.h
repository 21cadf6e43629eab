/* SPDX-License-Identifier: GPL-2.0-only */
/* Image files: opened without trust, read straight into guest memory. */
#ifndef BOOT_FILE_H
#define BOOT_FILE_H

#include <stdint.h>

/**
 * struct image_file - an open file
 * @fd: for reading
 * @bytes: its size when it was opened
 * @what: "kernel" or "initrd", for complaints
 * @path: as the user gave it
 */
struct image_file {
	int fd;
	uint64_t bytes;
	const char *what;
	const char *path;
};

/* Open a regular file; never blocks, whatever the path names. -1: complaint made. */
int image_open(struct image_file *file, const char *what, const char *path);

/* Read exactly @bytes from @offset on. -1: complaint made. */
int image_read(const struct image_file *file, uint64_t offset, void *to, uint64_t bytes);

void image_close(struct image_file *file);

#endif /* BOOT_FILE_H */
