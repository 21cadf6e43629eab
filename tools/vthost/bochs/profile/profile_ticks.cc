// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ticks by call chain and address.  Whether an interval went to userspace is only
 * known at its end: until then its ticks wait in a list.
 *
 * Each instruction of the host is one look-up: a cache of pointers in front of
 * the hash table makes that cheap.
 */
#include "bochs.h"
#include "cpu.h"

#include <unordered_map>
#include <vector>

struct key {
	uint32_t chain;
	uint64_t address;

	bool operator==(const struct key &other) const
	{
		return chain == other.chain && address == other.address;
	}
};

struct hash {
	size_t operator()(const struct key &k) const
	{
		return (k.address ^ (uint64_t)k.chain << 40) * 0x9e3779b97f4a7c15ULL >> 16;
	}
};

struct sample {
	struct key key;
	uint64_t waiting, ticks[2];	/* kernel only, with userspace */
};

/* Chains of all CPUs; the first ones are the exit reasons */
static std::vector<struct key> chains;
static std::unordered_map<struct key, uint32_t, struct hash> chain_of;

enum { CACHE = 8192 };

static struct ticks {
	std::unordered_map<struct key, struct sample, struct hash> samples;
	std::vector<struct sample *> waiting;
	struct sample *cache[CACHE];
} ticks[BX_MAX_SMP_THREADS_SUPPORTED];

uint32_t profile_chain(uint32_t outer, uint64_t call)
{
	struct key key = { outer, call };
	auto known = chain_of.find(key);

	if (known != chain_of.end())
		return known->second;
	if (chains.empty())
		chains.resize(PROFILE_REASONS);
	chains.push_back(key);
	return chain_of[key] = chains.size() - 1;
}

static struct sample *find(struct ticks *t, const struct key &key)
{
	struct sample **cached = &t->cache[hash()(key) % CACHE];

	if (!*cached || !((*cached)->key == key)) {
		*cached = &t->samples[key];
		(*cached)->key = key;
	}
	return *cached;
}

void profile_charge(unsigned int cpu, uint32_t chain, uint64_t address, uint64_t n)
{
	struct sample *sample = find(&ticks[cpu], { chain, address });

	if (!n)
		return;
	if (!sample->waiting)
		ticks[cpu].waiting.push_back(sample);
	sample->waiting += n;
}

void profile_commit(unsigned int cpu, bool user)
{
	for (struct sample *sample : ticks[cpu].waiting) {
		sample->ticks[user] += sample->waiting;
		sample->waiting = 0;
	}
	ticks[cpu].waiting.clear();
}

void profile_discard(unsigned int cpu)
{
	for (struct sample *sample : ticks[cpu].waiting)
		sample->waiting = 0;
	ticks[cpu].waiting.clear();
}

void profile_forget_ticks(void)
{
	for (struct ticks &t : ticks) {
		t.samples.clear();
		t.waiting.clear();
		memset(t.cache, 0, sizeof(t.cache));
	}
}

/* "CALL;CALL;...;" from the outermost; returns the exit reason */
static uint32_t chain_text(uint32_t chain, std::vector<uint64_t> *calls)
{
	for (; chain >= PROFILE_REASONS; chain = chains[chain].chain)
		calls->push_back(chains[chain].address);
	return chain;
}

static void write_sample(FILE *file, const struct sample *sample, bool user)
{
	std::vector<uint64_t> calls;
	uint32_t reason = chain_text(sample->key.chain, &calls);

	fprintf(file, "ticks %u %u %llu ", reason, user, (unsigned long long)sample->ticks[user]);
	for (size_t i = calls.size(); i--; )
		fprintf(file, "%llx;", (unsigned long long)calls[i]);
	fprintf(file, "%llx\n", (unsigned long long)sample->key.address);
}

void profile_write_ticks(FILE *file)
{
	for (const struct ticks &t : ticks)
		for (const auto &entry : t.samples)
			for (int user = 0; user < 2; user++)
				if (entry.second.ticks[user])
					write_sample(file, &entry.second, user);
}
