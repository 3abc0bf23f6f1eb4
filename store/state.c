/*
 * Reads and writes a slot of state as text; see state.h.  The first line of a
 * slot is the SHA-256 of everything behind it; to readers of sections that line
 * is a comment.
 */
#include "store/state.h"

#include <openssl/sha.h>
#include <string.h>

#include "common/ini.h"
#include "common/text.h"
#include "store/record.h"

#define HEAD "# sha256 "
#define HEAD_SIZE (sizeof(HEAD) - 1 + 2 * SHA256_DIGEST_LENGTH + 1)

struct state_record {
	uint32_t format;
	uint32_t lines;
	struct kf_state state;
};

#define STATE(field) offsetof(struct state_record, state.field)
static const struct kf_field state_fields[] = {
	{ "format", KF_FIELD_U32, offsetof(struct state_record, format), 0,
	  KF_STATE_FORMAT, KF_STATE_FORMAT, NULL },
	{ "uid", KF_FIELD_U32, STATE(uid), 0, 0, UINT32_MAX - 1, NULL },
	{ "sequence", KF_FIELD_U64, STATE(sequence), 0, 1, UINT64_MAX - 1,
	  NULL },
	{ "stranger.failures", KF_FIELD_U32, STATE(counts[0].failures), 0, 0,
	  UINT32_MAX, NULL },
	{ "stranger.refuse-until", KF_FIELD_TIME,
	  STATE(counts[0].refuse_until), 0, 0, 0, NULL },
	{ "known.failures", KF_FIELD_U32, STATE(counts[1].failures), 0, 0,
	  UINT32_MAX, NULL },
	{ "known.refuse-until", KF_FIELD_TIME, STATE(counts[1].refuse_until),
	  0, 0, 0, NULL },
	{ "lines", KF_FIELD_U32, offsetof(struct state_record, lines), 0, 0,
	  KF_STATE_LINES, NULL },
};
#define STATE_FIELDS (sizeof(state_fields) / sizeof(state_fields[0]))

#define MEMORY(field) offsetof(struct kf_memory, field)
static const struct kf_field memory_fields[] = {
	{ "tag", KF_FIELD_TAG, MEMORY(tag), 0, 0, 0, NULL },
	{ "counter", KF_FIELD_U64, MEMORY(counter), 0, 0, UINT64_MAX - 1,
	  NULL },
	{ "used", KF_FIELD_TIME, MEMORY(used), 0, 0, 0, NULL },
	{ "offset", KF_FIELD_OFFSET, MEMORY(offset), 0, 0, 1000, NULL },
};
#define MEMORY_FIELDS (sizeof(memory_fields) / sizeof(memory_fields[0]))

static void
write_head(char head[HEAD_SIZE + 1], const char *body, size_t len)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];

	(void)SHA256((const unsigned char *)body, len, digest);
	memcpy(head, HEAD, sizeof(HEAD) - 1);
	kf_text_hex(head + sizeof(HEAD) - 1, digest, sizeof(digest));
	memcpy(head + HEAD_SIZE - 1, "\n", 2);
}

enum kf_err
kf_state_format(const struct kf_state *state, char slot[KF_SLOT_SIZE])
{
	const struct state_record record = {
		.format = KF_STATE_FORMAT,
		.lines = (uint32_t)state->lines,
		.state = *state,
	};
	char head[HEAD_SIZE + 1];
	struct kf_writer w = {
		.text = slot + HEAD_SIZE,
		.size = KF_SLOT_SIZE - HEAD_SIZE,
	};

	kf_writer_add(&w, "[state]\n");
	kf_record_write(state_fields, STATE_FIELDS, &record, &w);
	for (size_t i = 0; i < state->lines; i++) {
		kf_writer_add(&w, "[memory]\n");
		kf_record_write(memory_fields, MEMORY_FIELDS,
		    &state->memory[i], &w);
	}
	if (w.full)
		return KF_ERR_RANGE;
	memset(w.text + w.len, '\n', w.size - w.len);
	write_head(head, w.text, w.size);
	memcpy(slot, head, HEAD_SIZE);
	return KF_OK;
}

struct parser {
	struct state_record *record;
	size_t sections;
	uint32_t seen;
};

static enum kf_err
finish_section(const struct parser *p, struct kf_ini_error *error)
{
	if (p->sections == 0)
		return KF_OK;
	if (p->sections == 1)
		return kf_record_complete(state_fields, STATE_FIELDS, p->seen,
		    error);
	return kf_record_complete(memory_fields, MEMORY_FIELDS, p->seen,
	    error);
}

static enum kf_err
on_section(void *context, const char *name, struct kf_ini_error *error)
{
	struct parser *p = context;
	enum kf_err err = finish_section(p, error);

	if (err != KF_OK)
		return err;
	if (strcmp(name, p->sections == 0 ? "state" : "memory") != 0 ||
	    (p->sections > 0 && p->sections > p->record->lines))
		return kf_ini_refuse(error, "unexpected section");
	p->sections++;
	p->seen = 0;
	return KF_OK;
}

static enum kf_err
on_entry(void *context, const char *key, const char *value,
    struct kf_ini_error *error)
{
	struct parser *p = context;

	if (p->sections == 0)
		return kf_ini_refuse(error, "[state] must come first");
	if (p->sections == 1)
		return kf_record_set(state_fields, STATE_FIELDS, p->record,
		    &p->seen, key, value, error);
	return kf_record_set(memory_fields, MEMORY_FIELDS,
	    &p->record->state.memory[p->sections - 2], &p->seen, key, value,
	    error);
}

enum kf_err
kf_state_parse(const char slot[KF_SLOT_SIZE], struct kf_state *state)
{
	struct state_record record = { 0 };
	struct parser parser = { .record = &record };
	const struct kf_ini_reader reader = {
		.section = on_section,
		.entry = on_entry,
		.context = &parser,
	};
	struct kf_ini_error error;
	char head[HEAD_SIZE + 1];

	write_head(head, slot + HEAD_SIZE, KF_SLOT_SIZE - HEAD_SIZE);
	if (memcmp(slot, head, HEAD_SIZE) != 0)
		return KF_ERR_CORRUPT;
	if (kf_ini_parse(slot + HEAD_SIZE, KF_SLOT_SIZE - HEAD_SIZE, &reader,
	    &error) != KF_OK || finish_section(&parser, &error) != KF_OK ||
	    parser.sections != (size_t)record.lines + 1)
		return KF_ERR_CORRUPT;
	record.state.lines = record.lines;
	*state = record.state;
	return KF_OK;
}

struct kf_memory *
kf_state_find(struct kf_state *state, uint64_t tag)
{
	for (size_t i = 0; i < state->lines; i++)
		if (state->memory[i].tag == tag)
			return &state->memory[i];
	return NULL;
}

static bool
is_kept(uint64_t tag, const uint64_t *keep, size_t kept)
{
	for (size_t i = 0; i < kept; i++)
		if (keep[i] == tag)
			return true;
	return false;
}

struct kf_memory *
kf_state_line(struct kf_state *state, uint64_t tag, uint64_t counter,
    const uint64_t *keep, size_t kept)
{
	struct kf_memory *line = kf_state_find(state, tag);

	if (line != NULL)
		return line;
	if (state->lines < KF_STATE_LINES) {
		line = &state->memory[state->lines++];
	} else {
		for (size_t i = 0; i < state->lines; i++) {
			struct kf_memory *m = &state->memory[i];

			if (!is_kept(m->tag, keep, kept) &&
			    (line == NULL || m->used < line->used))
				line = m;
		}
	}
	if (line == NULL)
		return NULL;
	*line = (struct kf_memory){ .tag = tag, .counter = counter };
	return line;
}
