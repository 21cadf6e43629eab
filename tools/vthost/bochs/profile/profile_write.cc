// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sums by exit reason, and the file that the emulator leaves behind: the one
 * that VTHOST_PROFILE names.  It is text, and the program profile turns it into
 * what a person reads:
 *
 *   counters NAME...
 *   exits REASON USER EXITS TICKS MIN MEDIAN MAX
 *   sums REASON USER N...        of each counter, over all exits
 *   median REASON USER N...      of each counter, in an exit of MEDIAN ticks
 *   ticks REASON USER N CALL;...;ADDRESS
 */
#include "bochs.h"
#include "cpu.h"

#include <map>

static const char *const names[PROFILE_COUNTERS] = {
	"", "VMREAD", "VMWRITE", "VMPTRLD", "VMCLEAR", "INVEPT", "INVVPID", "MSR-area", "RDMSR",
	"WRMSR", "IBPB", "VERW", "XSAVE", "XRSTOR", "XSETBV", "MOV-from-CR", "MOV-to-CR",
	"MOV-from-DR", "MOV-to-DR", "INVLPG", "LGDT", "LIDT", "LTR", "LLDT", "IPI", "locked",
};

/* Intervals of one length; the counts are those of the first */
struct length {
	uint64_t exits;
	uint32_t counts[PROFILE_COUNTERS];
};

struct sums {
	uint64_t exits, ticks, counts[PROFILE_COUNTERS];
	std::map<uint64_t, struct length> lengths;
};

static struct sums sums[PROFILE_REASONS][2];

void profile_add(const struct profile_interval *interval)
{
	struct sums *s = &sums[interval->reason][interval->user];
	struct length *length = &s->lengths[interval->ticks];

	if (!length->exits++)
		memcpy(length->counts, interval->counts, sizeof(length->counts));
	s->exits++;
	s->ticks += interval->ticks;
	for (int i = 0; i < PROFILE_COUNTERS; i++)
		s->counts[i] += interval->counts[i];
}

void profile_forget_sums(void)
{
	for (auto &reason : sums)
		for (struct sums &s : reason)
			s = {};
}

static std::map<uint64_t, struct length>::const_iterator median(const struct sums *s)
{
	auto at = s->lengths.begin();

	for (uint64_t before = at->second.exits; before <= s->exits / 2; before += at->second.exits)
		++at;
	return at;
}

static void write_sums(FILE *file, unsigned int reason, unsigned int user)
{
	const struct sums *s = &sums[reason][user];
	auto middle = median(s);

	fprintf(file, "exits %u %u %llu %llu %llu %llu %llu\nsums %u %u", reason, user,
		(unsigned long long)s->exits, (unsigned long long)s->ticks,
		(unsigned long long)s->lengths.begin()->first,
		(unsigned long long)middle->first,
		(unsigned long long)s->lengths.rbegin()->first, reason, user);
	for (int i = 1; i < PROFILE_COUNTERS; i++)
		fprintf(file, " %llu", (unsigned long long)s->counts[i]);
	fprintf(file, "\nmedian %u %u", reason, user);
	for (int i = 1; i < PROFILE_COUNTERS; i++)
		fprintf(file, " %u", middle->second.counts[i]);
	fputc('\n', file);
}

static void write_file(void)
{
	const char *path = getenv("VTHOST_PROFILE");
	FILE *file = fopen(path ? path : "vthost.profile", "w");

	if (!file) {
		perror(path);
		return;
	}
	fputs("counters", file);
	for (int i = 1; i < PROFILE_COUNTERS; i++)
		fprintf(file, " %s", names[i]);
	fputc('\n', file);
	for (unsigned int i = 0; i < 2 * PROFILE_REASONS; i++)
		if (sums[i / 2][i % 2].exits)
			write_sums(file, i / 2, i % 2);
	profile_write_ticks(file);
	if (fclose(file))
		perror(path);
}

/* However the emulator ends, but for SIGKILL */
void profile_write_at_exit(void)
{
	atexit(write_file);
}
