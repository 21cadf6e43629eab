/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MC146818 real-time clock with 128 bytes of CMOS RAM.
 *
 * The time is the host's, in UTC, and cannot be set: writes to the time
 * registers are lost. There is no alarm and no interrupt. An update is never in
 * progress, so a guest that reads seconds, the rest, and seconds again, gets a
 * consistent time.
 */
#ifndef DEV_RTC_CMOS_H
#define DEV_RTC_CMOS_H

#include <stdint.h>
#include <time.h>

#include "../vm/bus.h"

/**
 * struct rtc - a real-time clock
 * @now: tells the time; time() but in tests
 * @index: register selected
 * @control: register B
 * @ram: what is neither time nor status
 */
struct rtc {
	time_t (*now)(time_t *to);
	uint8_t index;
	uint8_t control;
	uint8_t ram[128];
};

/* @rtc has @now set, and the rest zero. */
void rtc_attach(struct rtc *rtc, struct bus *bus);

#endif /* DEV_RTC_CMOS_H */
