// SPDX-License-Identifier: GPL-2.0-only
/* The three kinds of fd: which calls they take, and that they are not inherited. */
#include <dirent.h>

#include "vtxtest.h"

enum kind { DEVICE, VM, VCPU, KINDS };

FIXTURE(fds)
{
	struct vt vt;
	int fd[KINDS];
};

FIXTURE_SETUP(fds)
{
	vt_create(&self->vt, 0);
	vt_add_vcpu(&self->vt, 0);
	self->fd[DEVICE] = self->vt.dev;
	self->fd[VM] = self->vt.fd;
	self->fd[VCPU] = self->vt.vcpu[0].fd;
}

FIXTURE_TEARDOWN(fds)
{
	vt_destroy(&self->vt);
}

static const struct {
	unsigned long request;
	enum kind kind;
} calls[] = {
	{ VTX_INFO, DEVICE }, { VTX_CREATE_VM, DEVICE },
	{ VTX_MAP_MEMORY, VM }, { VTX_UNMAP_MEMORY, VM }, { VTX_CREATE_VCPU, VM },
	{ VTX_MSI, VM },
	{ VTX_RUN, VCPU }, { VTX_KICK, VCPU },
};

/* The size that is part of a number does not matter */
static bool known(unsigned long request, enum kind kind)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
		if (!((calls[i].request ^ request) & ~(unsigned long)IOCSIZE_MASK) &&
		    calls[i].kind == kind)
			return true;
	}
	return false;
}

TEST_F(fds, calls_of_another_kind)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
		for (int kind = 0; kind < KINDS; kind++) {
			if (kind != (int)calls[i].kind)
				EXPECT_EQ(-ENOTTY,
					  vt_ioctl(self->fd[kind], calls[i].request, NULL));
		}
	}
}

/* Every number of our magic in every direction, with an unknown size, too */
TEST_F(fds, unknown_numbers)
{
	for (unsigned int number = 0; number < 256; number++) {
		const unsigned long requests[] = {
			_IO(VTX_IOC_MAGIC, number), _IOR(VTX_IOC_MAGIC, number, int),
			_IOW(VTX_IOC_MAGIC, number, int), _IOWR(VTX_IOC_MAGIC, number, int),
			_IOWR(0xAE, number, struct vtx_head),
		};

		for (unsigned int i = 0; i < ARRAY_SIZE(requests); i++) {
			for (int kind = 0; kind < KINDS; kind++) {
				if (known(requests[i], kind))
					continue;
				EXPECT_EQ(-ENOTTY, vt_ioctl(self->fd[kind], requests[i], NULL));
			}
		}
	}
}

TEST_F(fds, are_closed_on_exec)
{
	for (int kind = VM; kind < KINDS; kind++)
		EXPECT_EQ(FD_CLOEXEC, fcntl(self->fd[kind], F_GETFD) & FD_CLOEXEC);
}

TEST_F(fds, cannot_be_read_or_written)
{
	char byte = 0;

	for (int kind = 0; kind < KINDS; kind++) {
		EXPECT_EQ(-1, read(self->fd[kind], &byte, 1));
		EXPECT_EQ(-1, write(self->fd[kind], &byte, 1));
	}
}

TEST_F(fds, only_vcpus_have_a_mapping)
{
	for (int kind = DEVICE; kind < VCPU; kind++) {
		EXPECT_EQ(MAP_FAILED, mmap(NULL, self->vt.info.run_size, PROT_READ, MAP_SHARED,
					   self->fd[kind], 0));
	}
}

/* The compat way in, as a 32-bit program would use it, has the same layout */
TEST_F(fds, structs_are_alike_for_32_bit)
{
	EXPECT_EQ(16, sizeof(struct vtx_head));
	EXPECT_EQ(16 + 56 + 8 * VTX_GROUP_SLOTS, sizeof(struct vtx_info));
	EXPECT_EQ(48, sizeof(struct vtx_create_vm));
	EXPECT_EQ(48, sizeof(struct vtx_map_memory));
	EXPECT_EQ(24, sizeof(struct vtx_unmap_memory));
	EXPECT_EQ(24, sizeof(struct vtx_create_vcpu));
	EXPECT_EQ(32, sizeof(struct vtx_msi));
	EXPECT_EQ(176, sizeof(struct vtx_run));
}

static int open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	vt_check(dir, "/proc/self/fd: %s", strerror(errno));
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* Refused calls leave no fd behind */
TEST_F(fds, refusals_do_not_leak)
{
	struct vtx_create_vcpu vcpu;
	struct vtx_create_vm vm;
	int before = open_fds();

	for (int i = 0; i < 100; i++) {
		vcpu = VT_ARG(vtx_create_vcpu, .id = 0);
		EXPECT_EQ(-EEXIST, vt_ioctl(self->vt.fd, VTX_CREATE_VCPU, &vcpu));
		vm = VT_ARG(vtx_create_vm, .name = "no good");
		EXPECT_EQ(-EINVAL, vt_ioctl(self->vt.dev, VTX_CREATE_VM, &vm));
	}
	EXPECT_EQ(before, open_fds());
}

/* With the table of fds full there is no VM, nor a name taken */
TEST_F(fds, table_full)
{
	struct vtx_create_vm vm = VT_ARG(vtx_create_vm, .name = "full");
	struct vtx_create_vcpu vcpu = VT_ARG(vtx_create_vcpu, .id = 1);
	int last = -1, fd;

	while ((fd = dup(self->vt.dev)) >= 0)
		last = fd;
	EXPECT_EQ(-EMFILE, vt_ioctl(self->vt.dev, VTX_CREATE_VM, &vm));
	EXPECT_EQ(-EMFILE, vt_ioctl(self->vt.fd, VTX_CREATE_VCPU, &vcpu));
	close(last);
	EXPECT_EQ(last, vt_ioctl(self->vt.dev, VTX_CREATE_VM, &vm));
	close(last);
	EXPECT_EQ(last, vt_ioctl(self->vt.fd, VTX_CREATE_VCPU, &vcpu));
}

VT_MAIN
