// SPDX-License-Identifier: GPL-2.0-only

#include "i8042.h"

#include "platform.h"

#define STATUS_FULL		0x01
#define STATUS_SELF_TEST_OK	0x04
#define STATUS_COMMAND		0x08
#define STATUS_UNLOCKED		0x10

#define CMD_READ_CONFIG		0x20
#define CMD_WRITE_CONFIG	0x60
#define CMD_TEST_AUX		0xa9
#define CMD_SELF_TEST		0xaa
#define CMD_TEST_KEYBOARD	0xab
#define CMD_READ_OUTPUT_PORT	0xd0
#define CMD_WRITE_OUTPUT_PORT	0xd1
#define CMD_PULSE		0xf0	/* and up: bits that are 0 are pulsed low */

#define CONFIG_SELF_TEST_OK	0x04
#define CONFIG_NO_KEYBOARD	0x10	/* clocks held: nothing is plugged in */
#define CONFIG_NO_AUX		0x20

#define SELF_TEST_OK		0x55
#define TEST_CLOCK_STUCK	0x01
#define LINE_RESET		0x01	/* of the output port; active low */
#define LINE_A20		0x02

static void answer(struct i8042 *i8042, uint8_t byte)
{
	i8042->output = byte;
	i8042->full = true;
}

/* Lines of the output port that are low */
static void drive_low(struct i8042 *i8042, uint8_t lines)
{
	if (lines & LINE_RESET)
		i8042->stop.stop(i8042->stop.ctx, STOP_RESET, 0);
}

static void write_command(struct i8042 *i8042, uint8_t command)
{
	i8042->command = 0;
	switch (command) {
	case CMD_READ_CONFIG:
		answer(i8042, i8042->config);
		break;
	case CMD_WRITE_CONFIG:
	case CMD_WRITE_OUTPUT_PORT:
		i8042->command = command;
		break;
	case CMD_SELF_TEST:
		answer(i8042, SELF_TEST_OK);
		break;
	case CMD_TEST_KEYBOARD:
	case CMD_TEST_AUX:
		answer(i8042, TEST_CLOCK_STUCK);
		break;
	case CMD_READ_OUTPUT_PORT:
		answer(i8042, LINE_RESET | LINE_A20);
		break;
	default:
		if (command >= CMD_PULSE)
			drive_low(i8042, ~command);
		break;
	}
}

/* Data without a command before it goes to the keyboard, which is not there. */
static void write_data(struct i8042 *i8042, uint8_t value)
{
	if (i8042->command == CMD_WRITE_CONFIG)
		i8042->config = value;
	else if (i8042->command == CMD_WRITE_OUTPUT_PORT)
		drive_low(i8042, ~value);
	i8042->command = 0;
}

static uint32_t data_in(void *dev, uint16_t offset, unsigned int bytes)
{
	struct i8042 *i8042 = dev;

	(void)offset;
	(void)bytes;
	i8042->full = false;
	return i8042->output;
}

static void data_out(void *dev, uint16_t offset, unsigned int bytes, uint32_t value)
{
	(void)offset;
	(void)bytes;
	write_data(dev, value);
}

static uint32_t status_in(void *dev, uint16_t offset, unsigned int bytes)
{
	const struct i8042 *i8042 = dev;

	(void)offset;
	(void)bytes;
	return STATUS_SELF_TEST_OK | STATUS_UNLOCKED |
	       (i8042->command ? STATUS_COMMAND : 0) | (i8042->full ? STATUS_FULL : 0);
}

static void command_out(void *dev, uint16_t offset, unsigned int bytes, uint32_t value)
{
	(void)offset;
	(void)bytes;
	write_command(dev, value);
}

void i8042_attach(struct i8042 *i8042, struct bus *bus)
{
	const struct port_range data = {
		.name = "i8042 data",
		.first = PORT_I8042,
		.count = 1,
		.width = 1,
		.in = data_in,
		.out = data_out,
		.dev = i8042,
	};
	const struct port_range command = {
		.name = "i8042 command",
		.first = PORT_I8042 + 4,
		.count = 1,
		.width = 1,
		.in = status_in,
		.out = command_out,
		.dev = i8042,
	};

	i8042->config = CONFIG_SELF_TEST_OK | CONFIG_NO_KEYBOARD | CONFIG_NO_AUX;
	bus_add_ports(bus, &data);
	bus_add_ports(bus, &command);
}
