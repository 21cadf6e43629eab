// SPDX-License-Identifier: GPL-2.0-only
/* VTX_CREATE_VCPU and VTX_MSI: their fields. */
#include "vtxtest.h"

#define ID	offsetof(struct vtx_create_vcpu, id)
#define ADDRESS	offsetof(struct vtx_msi, address)
#define DATA	offsetof(struct vtx_msi, data)

FIXTURE(vcpu)
{
	struct vt vt;
};

FIXTURE_SETUP(vcpu)
{
	vt_create(&self->vt, 0);
}

FIXTURE_TEARDOWN(vcpu)
{
	vt_destroy(&self->vt);
}

static int create(struct vt *vt, __u32 id, __u32 *error_field)
{
	struct vtx_create_vcpu arg = VT_ARG(vtx_create_vcpu, .id = id);
	int result = vt_ioctl(vt->fd, VTX_CREATE_VCPU, &arg);

	*error_field = arg.head.error_field;
	return result;
}

TEST_F(vcpu, every_id_once)
{
	__u32 field;

	for (__u32 i = 0; i < self->vt.info.max_vcpus; i++) {
		EXPECT_LE(0, create(&self->vt, i, &field));
		EXPECT_EQ(VTX_NO_FIELD, field);
	}
	for (__u32 i = 0; i < self->vt.info.max_vcpus; i++) {
		EXPECT_EQ(-EEXIST, create(&self->vt, i, &field));
		EXPECT_EQ(ID, field);
	}
}

TEST_F(vcpu, id_out_of_range)
{
	static const __u32 high[] = { 0x7fffffff, 0x80000000, 0xffffffff };
	__u32 field;

	EXPECT_EQ(-EINVAL, create(&self->vt, self->vt.info.max_vcpus, &field));
	EXPECT_EQ(ID, field);
	for (unsigned int i = 0; i < ARRAY_SIZE(high); i++) {
		EXPECT_EQ(-EINVAL, create(&self->vt, high[i], &field));
		EXPECT_EQ(ID, field);
	}
}

TEST_F(vcpu, reserved)
{
	struct vtx_create_vcpu arg = VT_ARG(vtx_create_vcpu, .reserved = 1);

	EXPECT_EQ(-EINVAL, vt_ioctl(self->vt.fd, VTX_CREATE_VCPU, &arg));
	EXPECT_EQ(offsetof(struct vtx_create_vcpu, reserved), arg.head.error_field);
}

TEST_F(vcpu, highest_id_alone)
{
	__u32 field;

	EXPECT_LE(0, create(&self->vt, self->vt.info.max_vcpus - 1, &field));
	EXPECT_LE(0, create(&self->vt, 0, &field));
}

static int msi(struct vt *vt, __u64 address, __u32 data, __u32 *error_field)
{
	struct vtx_msi arg = VT_ARG(vtx_msi, .address = address, .data = data);
	int result = vt_ioctl(vt->fd, VTX_MSI, &arg);

	*error_field = arg.head.error_field;
	return result;
}

TEST_F(vcpu, msi_address)
{
	static const __u64 bad[] = {
		0, 0xfedfffff, 0xfef00000, 0xffffffff, 0x1fee00000, 0xfee00000fee00000,
	};
	__u32 field;

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, msi(&self->vt, bad[i], 0x30, &field));
		EXPECT_EQ(ADDRESS, field);
	}
	EXPECT_LE(0, msi(&self->vt, 0xfee00000, 0x30, &field));
	EXPECT_EQ(VTX_NO_FIELD, field);
}

TEST_F(vcpu, msi_vector)
{
	__u32 field;

	for (__u32 vector = 0; vector < 16; vector++) {
		EXPECT_EQ(-EINVAL, msi(&self->vt, 0xfee00000, vector, &field));
		EXPECT_EQ(DATA, field);
	}
	for (__u32 vector = 16; vector < 256; vector++)
		EXPECT_EQ(0, msi(&self->vt, 0xfee00000, vector, &field));
}

TEST_F(vcpu, msi_delivery_mode)
{
	__u32 field;

	for (__u32 mode = 0; mode < 8; mode++) {
		int result = msi(&self->vt, 0xfee00000, mode << 8 | 0x30, &field);

		if (mode == 0 || mode == 1 || mode == 4) {
			EXPECT_EQ(0, result);
			EXPECT_EQ(VTX_NO_FIELD, field);
		} else {
			EXPECT_EQ(-EINVAL, result);
			EXPECT_EQ(DATA, field);
		}
	}
}

TEST_F(vcpu, msi_reserved_bits)
{
	__u32 field;

	for (int bit = 11; bit < 32; bit++) {
		/* level and trigger mode */
		if (bit == 14 || bit == 15)
			continue;
		EXPECT_EQ(-EINVAL, msi(&self->vt, 0xfee00000, 1U << bit | 0x30, &field));
		EXPECT_EQ(DATA, field);
	}
}

TEST_F(vcpu, msi_reserved_field)
{
	struct vtx_msi arg = VT_ARG(vtx_msi, .address = 0xfee00000, .data = 0x30, .reserved = 1);

	EXPECT_EQ(-EINVAL, vt_ioctl(self->vt.fd, VTX_MSI, &arg));
	EXPECT_EQ(offsetof(struct vtx_msi, reserved), arg.head.error_field);
}

TEST_F(vcpu, msi_needs_apics)
{
	struct vt bare;
	__u32 field;

	vt_create(&bare, VTX_VM_NO_APIC);
	EXPECT_EQ(-ENODEV, msi(&bare, 0xfee00000, 0x30, &field));
	vt_add_vcpu(&bare, 0);
	EXPECT_EQ(-ENODEV, msi(&bare, 0xfee00000, 0x30, &field));
	vt_destroy(&bare);
}

/* After reset a local APIC is disabled (SVR), and so takes nothing */
TEST_F(vcpu, msi_to_a_disabled_apic)
{
	__u32 field;

	vt_add_vcpu(&self->vt, 0);
	EXPECT_EQ(0, msi(&self->vt, 0xfee00000, 0x30, &field));
}

VT_MAIN
