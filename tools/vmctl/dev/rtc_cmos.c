// SPDX-License-Identifier: GPL-2.0-only

#include "rtc_cmos.h"

#include "platform.h"

/* Registers */
#define SECONDS		0x00
#define MINUTES		0x02
#define HOURS		0x04
#define WEEKDAY		0x06
#define MONTHDAY	0x07
#define MONTH		0x08
#define YEAR		0x09
#define STATUS_A	0x0a
#define STATUS_B	0x0b
#define STATUS_C	0x0c
#define STATUS_D	0x0d

#define A_32768_HZ	0x26	/* the usual divider and rate; no update in progress */
#define B_24_HOURS	0x02
#define B_BINARY	0x04
#define B_INTERRUPTS	0x70	/* none of them ever comes */
#define D_VALID		0x80
#define HOURS_PM	0x80

#define INDEX_MASK	0x7f	/* bit 7 masks NMIs on a PC */

static uint8_t encode(const struct rtc *rtc, unsigned int value)
{
	if (rtc->control & B_BINARY)
		return value;
	return value / 10 << 4 | value % 10;
}

static uint8_t encode_hours(const struct rtc *rtc, unsigned int hours)
{
	if (rtc->control & B_24_HOURS)
		return encode(rtc, hours);
	return encode(rtc, hours % 12 ? hours % 12 : 12) | (hours >= 12 ? HOURS_PM : 0);
}

/* A register of the time, or -1 */
static int read_time(const struct rtc *rtc)
{
	time_t now = rtc->now(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	switch (rtc->index) {
	case SECONDS:
		return encode(rtc, tm.tm_sec);
	case MINUTES:
		return encode(rtc, tm.tm_min);
	case HOURS:
		return encode_hours(rtc, tm.tm_hour);
	case WEEKDAY:
		return encode(rtc, tm.tm_wday + 1);
	case MONTHDAY:
		return encode(rtc, tm.tm_mday);
	case MONTH:
		return encode(rtc, tm.tm_mon + 1);
	case YEAR:
		return encode(rtc, tm.tm_year % 100);
	case RTC_CENTURY:
		return encode(rtc, 19 + tm.tm_year / 100);
	default:
		return -1;
	}
}

static uint8_t read_register(const struct rtc *rtc)
{
	int time_register = read_time(rtc);

	if (time_register >= 0)
		return time_register;
	switch (rtc->index) {
	case STATUS_A:
		return A_32768_HZ;
	case STATUS_B:
		return rtc->control;
	case STATUS_C:
		return 0;
	case STATUS_D:
		return D_VALID;
	default:
		return rtc->ram[rtc->index];
	}
}

static uint32_t rtc_in(void *dev, uint16_t offset, unsigned int bytes)
{
	struct rtc *rtc = dev;

	(void)bytes;
	return offset ? read_register(rtc) : 0xff;
}

static void rtc_out(void *dev, uint16_t offset, unsigned int bytes, uint32_t value)
{
	struct rtc *rtc = dev;

	(void)bytes;
	if (!offset)
		rtc->index = value & INDEX_MASK;
	else if (rtc->index == STATUS_B)
		rtc->control = value & ~B_INTERRUPTS;
	else
		rtc->ram[rtc->index] = value;
}

void rtc_attach(struct rtc *rtc, struct bus *bus)
{
	const struct port_range range = {
		.name = "RTC",
		.first = PORT_RTC,
		.count = 2,
		.width = 1,
		.in = rtc_in,
		.out = rtc_out,
		.dev = rtc,
	};

	rtc->control = B_24_HOURS;
	bus_add_ports(bus, &range);
}
