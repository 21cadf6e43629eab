// SPDX-License-Identifier: GPL-2.0-only
/* VTX_CREATE_VM: names, and the life of a VM. */
#include "vtxtest.h"

#define NAME_FIELD offsetof(struct vtx_create_vm, name)

FIXTURE(vm)
{
	int dev;
	struct vtx_create_vm arg;
};

FIXTURE_SETUP(vm)
{
	self->dev = vt_open();
	self->arg = VT_ARG(vtx_create_vm);
}

FIXTURE_TEARDOWN(vm)
{
	close(self->dev);
}

/* With this name, which may hold any bytes */
static int create(int dev, struct vtx_create_vm *arg, const char *name, size_t bytes)
{
	*arg = VT_ARG(vtx_create_vm);
	memcpy(arg->name, name, bytes);
	return vt_ioctl(dev, VTX_CREATE_VM, arg);
}

TEST_F(vm, good_names)
{
	static const char * const names[] = {
		"a", "Z", "0", ".", "_", "-", "a.b_c-d", "0123456789012345678901234567890",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		int fd = create(self->dev, &self->arg, names[i], strlen(names[i]));

		EXPECT_LE(0, fd);
		EXPECT_EQ(VTX_NO_FIELD, self->arg.head.error_field);
		EXPECT_EQ(0, close(fd));
	}
}

/* Every byte that is not one of the allowed, alone and within a name */
TEST_F(vm, bad_characters)
{
	for (int c = 1; c < 256; c++) {
		char name[3] = { 'x', c, 'y' };

		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-",
			   c))
			continue;
		EXPECT_EQ(-EINVAL, create(self->dev, &self->arg, name, 3));
		EXPECT_EQ(NAME_FIELD, self->arg.head.error_field);
		EXPECT_EQ(-EINVAL, create(self->dev, &self->arg, name + 1, 1));
		EXPECT_EQ(NAME_FIELD, self->arg.head.error_field);
	}
}

TEST_F(vm, no_terminator)
{
	EXPECT_EQ(-EINVAL, create(self->dev, &self->arg, "01234567890123456789012345678901",
				  VTX_NAME_SIZE));
	EXPECT_EQ(NAME_FIELD, self->arg.head.error_field);
}

TEST_F(vm, bytes_behind_the_terminator)
{
	EXPECT_EQ(-EINVAL, create(self->dev, &self->arg, "a\0b", 3));
	EXPECT_EQ(NAME_FIELD, self->arg.head.error_field);
	EXPECT_EQ(-EINVAL, create(self->dev, &self->arg, "\0b", 2));
	EXPECT_EQ(NAME_FIELD, self->arg.head.error_field);
}

TEST_F(vm, a_name_is_taken_once)
{
	int first = create(self->dev, &self->arg, "twin", 4);

	ASSERT_LE(0, first);
	EXPECT_EQ(-EEXIST, create(self->dev, &self->arg, "twin", 4));
	EXPECT_EQ(NAME_FIELD, self->arg.head.error_field);
	close(first);
	first = create(self->dev, &self->arg, "twin", 4);
	EXPECT_LE(0, first);
	close(first);
}

TEST_F(vm, no_name_is_the_pid)
{
	char pid[VTX_NAME_SIZE] = "";
	int fd, second;

	snprintf(pid, sizeof(pid), "%d", getpid());
	fd = vt_ioctl(self->dev, VTX_CREATE_VM, &self->arg);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EEXIST, create(self->dev, &self->arg, pid, strlen(pid)));
	/* the second one of a process has a number */
	self->arg = VT_ARG(vtx_create_vm);
	second = vt_ioctl(self->dev, VTX_CREATE_VM, &self->arg);
	EXPECT_LE(0, second);
	strcat(pid, "-2");
	EXPECT_EQ(-EEXIST, create(self->dev, &self->arg, pid, strlen(pid)));
	close(second);
	close(fd);
	fd = create(self->dev, &self->arg, pid, strlen(pid));
	EXPECT_LE(0, fd);
}

TEST_F(vm, outlives_the_device_fd)
{
	int fd = create(self->dev, &self->arg, "orphan", 6);
	struct vtx_create_vcpu vcpu = VT_ARG(vtx_create_vcpu);

	ASSERT_LE(0, fd);
	close(self->dev);
	EXPECT_LE(0, vt_ioctl(fd, VTX_CREATE_VCPU, &vcpu));
	self->dev = vt_open();
	EXPECT_EQ(-EEXIST, create(self->dev, &self->arg, "orphan", 6));
}

/* The VM lives while one of its vCPU fds does: its name tells */
TEST_F(vm, lives_as_long_as_its_vcpu_fd)
{
	int fd = create(self->dev, &self->arg, "alive", 5);
	struct vtx_create_vcpu arg = VT_ARG(vtx_create_vcpu);
	int vcpu = vt_ioctl(fd, VTX_CREATE_VCPU, &arg);

	ASSERT_LE(0, vcpu);
	close(fd);
	EXPECT_EQ(-EEXIST, create(self->dev, &self->arg, "alive", 5));
	close(vcpu);
	fd = create(self->dev, &self->arg, "alive", 5);
	EXPECT_LE(0, fd);
}

TEST_F(vm, many)
{
	int fds[64];

	for (unsigned int i = 0; i < ARRAY_SIZE(fds); i++) {
		char name[VTX_NAME_SIZE];

		snprintf(name, sizeof(name), "many-%u", i);
		fds[i] = create(self->dev, &self->arg, name, strlen(name));
		EXPECT_LE(0, fds[i]);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
}

VT_MAIN
