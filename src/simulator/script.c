/* script.c - reading what is to happen when. */
#include "simulator/script.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "simulator/knobs.h"

#define WORDS_MAX 6
#define WORD_SIZE 64

struct line {
	char words[WORDS_MAX][WORD_SIZE];
	size_t count;
};

/* False: too many words, or one that is too long. */
static bool
split(const char *text, size_t length, struct line *line)
{
	size_t at = 0;

	line->count = 0;
	for (;;) {
		size_t from;

		while (at < length && strchr(" \t\r", text[at]) != NULL)
			at++;
		if (at == length || text[at] == '#')
			return true;
		from = at;
		while (at < length && strchr(" \t\r", text[at]) == NULL)
			at++;
		if (line->count == WORDS_MAX || !yq_str_copy_bytes(line->words[line->count++],
						    WORD_SIZE, text + from, at - from))
			return false;
	}
}

static bool
read_time(const char *word, int64_t *at_ms)
{
	struct yq_decimal seconds;

	return yq_decimal_parse(word, strlen(word), &seconds) == YQ_OK &&
	       yq_decimal_to_scaled(seconds, 3, YQ_ROUND_EXACT, at_ms) == YQ_OK && *at_ms >= 0;
}

static bool
read_price(const char *word, struct yq_decimal *price)
{
	return yq_decimal_parse(word, strlen(word), price) == YQ_OK && yq_decimal_sign(*price) > 0;
}

static bool
read_instrument(const char *word, struct sim_step *step)
{
	return yq_market_split(word, strlen(word), &step->exchange, step->ticker, NULL) == YQ_OK;
}

static bool
read_none(const struct line *line, struct sim_step *step)
{
	(void)step;
	return line->count == 2;
}

static bool
read_halt(const struct line *line, struct sim_step *step)
{
	return line->count == 3 && read_instrument(line->words[2], step);
}

static bool
read_set_price(const struct line *line, struct sim_step *step)
{
	bool quoted = line->count == 6;

	if ((line->count != 4 && !quoted) || !read_instrument(line->words[2], step) ||
	    !read_price(line->words[3], &step->price))
		return false;
	step->bid.set = step->ask.set = quoted;
	return !quoted || (read_price(line->words[4], &step->bid.value) &&
			      read_price(line->words[5], &step->ask.value));
}

static bool
read_knob(const struct line *line, struct sim_step *step)
{
	struct sim_knobs knobs = sim_knobs_default(0);

	return line->count == 4 && yq_str_copy(step->knob, sizeof(step->knob), line->words[2]) &&
	       yq_str_to_int64(line->words[3], 0, INT64_MAX, &step->value) &&
	       sim_knob_set(&knobs, step->knob, step->value, NULL) == YQ_OK;
}

static const struct {
	const char *word;
	enum sim_act act;
	bool (*read)(const struct line *, struct sim_step *);
	const char *form;
} acts[] = {
	{ "price", SIM_ACT_PRICE, read_set_price, "price EXCHANGE:TICKER PRICE [BID ASK]" },
	{ "knob", SIM_ACT_KNOB, read_knob, "knob NAME VALUE, a known name and within its bounds" },
	{ "halt", SIM_ACT_HALT, read_halt, "halt EXCHANGE:TICKER" },
	{ "resume", SIM_ACT_RESUME, read_halt, "resume EXCHANGE:TICKER" },
	{ "disconnect", SIM_ACT_DISCONNECT, read_none, "disconnect" },
	{ "expire-tokens", SIM_ACT_EXPIRE_TOKENS, read_none, "expire-tokens" },
};

/* NULL = right; else what was expected. */
static const char *
read_step(const struct line *line, struct sim_step *step)
{
	if (line->count < 2 || !read_time(line->words[0], &step->at_ms))
		return "SECONDS and what is to happen";
	for (size_t i = 0; i < YQ_COUNT(acts); i++) {
		if (!yq_str_equal(acts[i].word, line->words[1]))
			continue;
		step->act = acts[i].act;
		return acts[i].read(line, step) ? NULL : acts[i].form;
	}
	return "price, knob, halt, resume, disconnect or expire-tokens";
}

/* By time; those of one time stay as they were written, so no qsort. */
static void
sort_steps(struct sim_script *script)
{
	for (size_t i = 1; i < script->count; i++) {
		struct sim_step step = script->steps[i];
		size_t to = i;

		for (; to > 0 && script->steps[to - 1].at_ms > step.at_ms; to--)
			script->steps[to] = script->steps[to - 1];
		script->steps[to] = step;
	}
}

enum yq_rc
sim_script_read(const char *text, size_t length, const char *file, struct sim_script *script,
    struct yq_err *err)
{
	size_t number = 0, room = 0;

	*script = (struct sim_script){ .count = 0 };
	for (size_t at = 0; at < length; at++) {
		const char *end = memchr(text + at, '\n', length - at);
		size_t bytes = end == NULL ? length - at : (size_t)(end - text) - at;
		struct sim_step step = { .at_ms = 0 };
		const char *expected = "at most 6 words";
		struct line line;

		number++;
		if (split(text + at, bytes, &line))
			expected = line.count == 0 ? NULL : read_step(&line, &step);
		if (expected == NULL && script->count == SIM_SCRIPT_LINES_MAX)
			expected = "no more lines than 10,000";
		if (expected != NULL) {
			sim_script_clear(script);
			return yq_err_set(err, YQ_E_INVALID, "%s:%zu: expected %s, found \"%.*s\"",
			    file, number, expected, (int)(bytes < 80 ? bytes : 80), text + at);
		}
		if (line.count > 0) {
			if (script->count == room) {
				room = room == 0 ? 64 : room * 2;
				script->steps =
				    yq_xrealloc(script->steps, room, sizeof(*script->steps));
			}
			script->steps[script->count++] = step;
		}
		at += bytes;
	}
	sort_steps(script);
	return YQ_OK;
}

void
sim_script_clear(struct sim_script *script)
{
	free(script->steps);
	*script = (struct sim_script){ .count = 0 };
}
