// SPDX-License-Identifier: GPL-2.0-only
/* VTX_INFO: is what it tells sound? */
#include "vtxtest.h"

FIXTURE(info)
{
	int dev;
	struct vtx_info info;
};

FIXTURE_SETUP(info)
{
	self->dev = vt_open();
	self->info = VT_ARG(vtx_info);
	ASSERT_EQ(0, vt_ioctl(self->dev, VTX_INFO, &self->info));
}

FIXTURE_TEARDOWN(info)
{
	close(self->dev);
}

TEST_F(info, scalars)
{
	struct vtx_info *info = &self->info;

	EXPECT_EQ(VTX_API_VERSION, info->api_version);
	EXPECT_EQ(VTX_VMX_OWN, info->vmx_mode);
	EXPECT_EQ(0, info->features >> 5);
	EXPECT_LT(0, info->tsc_khz);
	EXPECT_LE(32, info->guest_phys_bits);
	EXPECT_GE(52, info->guest_phys_bits);
	EXPECT_LE(VT_MAX_VCPUS, info->max_vcpus);
	EXPECT_LE(512, info->max_slots);
	EXPECT_EQ(0, info->reserved);
	/* x87 and SSE are there always; 4-level EPT, write-back */
	EXPECT_EQ(3, info->xfeatures & 3);
	EXPECT_NE(0, info->ept_vpid_cap & 1 << 6);
	EXPECT_NE(0, info->ept_vpid_cap & 1 << 14);
	EXPECT_EQ(sizeof(*info), info->head.size);
}

TEST_F(info, vpid_feature_as_the_cpu_reports)
{
	if (self->info.features & VTX_FEATURE_VPID)
		EXPECT_NE(0, self->info.ept_vpid_cap & 1ULL << 32);
	if (self->info.features & VTX_FEATURE_EPT_AD)
		EXPECT_NE(0, self->info.ept_vpid_cap & 1 << 21);
}

TEST_F(info, groups_have_their_sizes)
{
	static const __u32 sizes[VTX_GROUP_COUNT] = {
		[VTX_GROUP_GPRS] = sizeof(struct vtx_gprs),
		[VTX_GROUP_SEGS] = sizeof(struct vtx_segs),
		[VTX_GROUP_CREGS] = sizeof(struct vtx_cregs),
		[VTX_GROUP_DREGS] = sizeof(struct vtx_dregs),
		[VTX_GROUP_MSRS] = sizeof(struct vtx_msrs),
		[VTX_GROUP_EVENTS] = sizeof(struct vtx_events),
		[VTX_GROUP_COUNTERS] = sizeof(struct vtx_counters),
	};

	for (int i = 0; i < VTX_GROUP_COUNT; i++) {
		if (sizes[i])
			EXPECT_EQ(sizes[i], self->info.group[i].size);
	}
	/* legacy region and header */
	EXPECT_LE(576, self->info.group[VTX_GROUP_FPU].size);
	EXPECT_EQ(0, self->info.group[VTX_GROUP_FPU].offset % 64);
}

TEST_F(info, groups_lie_apart_in_the_run_area)
{
	struct vtx_group_info *group = self->info.group;

	EXPECT_LT(0, self->info.run_size);
	EXPECT_EQ(0, self->info.run_size % VT_PAGE);
	for (int i = 0; i < VTX_GROUP_COUNT; i++) {
		EXPECT_LE(sizeof(struct vtx_run), group[i].offset);
		EXPECT_EQ(0, group[i].offset % 8);
		EXPECT_GE(self->info.run_size, group[i].offset + group[i].size);
		for (int j = 0; j < i; j++) {
			EXPECT_TRUE(group[i].offset >= group[j].offset + group[j].size ||
				    group[j].offset >= group[i].offset + group[i].size);
		}
	}
}

TEST_F(info, slots_past_the_last_group_are_zero)
{
	for (int i = VTX_GROUP_COUNT; i < VTX_GROUP_SLOTS; i++) {
		EXPECT_EQ(0, self->info.group[i].offset);
		EXPECT_EQ(0, self->info.group[i].size);
	}
}

TEST_F(info, is_the_same_each_time)
{
	struct vtx_info again;

	memset(&again, 0xff, sizeof(again));
	again.head = VT_ARG(vtx_info).head;
	ASSERT_EQ(0, vt_ioctl(self->dev, VTX_INFO, &again));
	EXPECT_EQ(0, memcmp(&again, &self->info, sizeof(again)));
}

VT_MAIN
