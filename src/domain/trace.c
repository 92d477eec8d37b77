/* trace.c - the story of a decision, in sentences with numbers. */
#include "domain/trace.h"

#include <assert.h>
#include <string.h>

#include "domain/market.h"

/* A bounded target; `at` never passes `size - 1`. */
struct pen {
	char *text;
	size_t size, at;
	bool cut;
};

static void
put(struct pen *pen, const char *bytes, size_t length)
{
	size_t room = pen->size - 1 - pen->at;

	if (length > room) {
		length = room;
		pen->cut = true;
	}
	memcpy(pen->text + pen->at, bytes, length);
	pen->at += length;
}

/* End the text; if it was cut, at a UTF-8 character's edge. */
static void
finish(struct pen *pen)
{
	if (pen->cut) {
		size_t start = pen->at;

		while (start > 0 && ((unsigned char)pen->text[start - 1] & 0xc0) == 0x80)
			start--;
		if (start > 0 && ((unsigned char)pen->text[start - 1] & 0x80) != 0)
			start--;
		if (start < pen->at)
			pen->at = start;
	}
	pen->text[pen->at] = '\0';
}

void
yq_money_format(struct yq_decimal amount, enum yq_currency currency, char text[YQ_MONEY_TEXT_SIZE])
{
	struct pen pen = { text, YQ_MONEY_TEXT_SIZE, 0, false };
	char digits[YQ_DECIMAL_TEXT_SIZE];
	const char *name = yq_names_text(&yq_currency_names, (int)currency);
	size_t length, whole, i = 0;

	length = yq_decimal_format_places(amount, yq_currency_places(currency), digits);
	for (whole = 0; whole < length && digits[whole] != '.'; whole++)
		;
	if (digits[0] == '-')
		put(&pen, &digits[i++], 1);
	for (; i < whole; i++) {
		put(&pen, &digits[i], 1);
		if ((whole - i - 1) % 3 == 0 && i + 1 < whole)
			put(&pen, ",", 1);
	}
	put(&pen, digits + whole, length - whole);
	put(&pen, " ", 1);
	put(&pen, name, strlen(name));
	finish(&pen);
}

static void
put_int(struct pen *pen, int64_t value)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left != 0);
	if (value < 0)
		digits[--at] = '-';
	put(pen, digits + at, sizeof(digits) - at);
}

static void
put_argument(struct pen *pen, const struct yq_arg *arg)
{
	char money[YQ_MONEY_TEXT_SIZE];
	char number[YQ_DECIMAL_TEXT_SIZE];

	switch (arg->kind) {
	case YQ_ARG_KIND_TEXT:
		put(pen, arg->text, strlen(arg->text));
		break;
	case YQ_ARG_KIND_NUMBER:
		put(pen, number, yq_decimal_format(arg->number, number));
		break;
	case YQ_ARG_KIND_MONEY:
		yq_money_format(arg->number, arg->currency, money);
		put(pen, money, strlen(money));
		break;
	case YQ_ARG_KIND_INT:
		put_int(pen, arg->integer);
		break;
	}
}

void
yq_sentence(
    char *target, size_t size, const char *sentence, const struct yq_arg *args, size_t arg_count)
{
	struct pen pen = { target, size, 0, false };
	size_t used = 0;
	const char *brace;

	assert(size > 0);
	while ((brace = strchr(sentence, '{')) != NULL) {
		put(&pen, sentence, (size_t)(brace - sentence));
		if (brace[1] != '}') {
			put(&pen, "{", 1);
			sentence = brace + 1;
			continue;
		}
		assert(used < arg_count);
		put_argument(&pen, &args[used++]);
		sentence = brace + 2;
	}
	assert(used == arg_count);
	put(&pen, sentence, strlen(sentence));
	finish(&pen);
}

void
yq_trace_clear(struct yq_trace *trace)
{
	trace->brief = false;
	trace->count = 0;
}

void
yq_trace_clear_brief(struct yq_trace *trace)
{
	trace->brief = true;
	trace->count = 0;
}

void
yq_trace_add(struct yq_trace *trace, const char *rule, bool ok, const char *sentence,
    const struct yq_arg *args, size_t arg_count)
{
	struct yq_trace_step *step;

	if (trace == NULL)
		return;
	if (trace->count < YQ_TRACE_STEPS_MAX)
		trace->count++;
	step = &trace->steps[trace->count - 1];
	step->rule = rule;
	step->ok = ok;
	step->measured = false;
	if (ok && trace->brief)
		step->text[0] = '\0';
	else
		yq_sentence(step->text, sizeof(step->text), sentence, args, arg_count);
}

static struct yq_decimal
number_of(const struct yq_arg *arg)
{
	assert(arg->kind != YQ_ARG_KIND_TEXT);
	return arg->kind == YQ_ARG_KIND_INT ? yq_decimal_from_int(arg->integer) : arg->number;
}

void
yq_trace_measure(struct yq_trace *trace, struct yq_arg value, struct yq_arg limit)
{
	struct yq_trace_step *step;

	if (trace == NULL || trace->count == 0)
		return;
	step = &trace->steps[trace->count - 1];
	step->measured = true;
	step->currency = limit.kind == YQ_ARG_KIND_MONEY ? limit.currency : YQ_CURRENCY_NONE;
	step->value = number_of(&value);
	step->limit = number_of(&limit);
}

const struct yq_trace_step *
yq_trace_refusal(const struct yq_trace *trace)
{
	for (size_t i = 0; i < trace->count; i++)
		if (!trace->steps[i].ok)
			return &trace->steps[i];
	return NULL;
}

void
yq_trace_write_step(struct yq_json_writer *w, const struct yq_trace_step *step)
{
	yq_json_put_text(w, "Rule", step->rule);
	yq_json_put_bool(w, "Ok", step->ok);
	yq_json_put_text(w, "Text", step->text);
	if (!step->measured)
		return;
	yq_json_put_decimal(w, "Value", step->value);
	yq_json_put_decimal(w, "Limit", step->limit);
	if (step->currency != YQ_CURRENCY_NONE)
		yq_json_put_text(
		    w, "Currency", yq_names_text(&yq_currency_names, (int)step->currency));
}

void
yq_trace_write(struct yq_json_writer *w, const struct yq_trace *trace)
{
	for (size_t i = 0; i < trace->count; i++) {
		yq_json_begin_object(w);
		yq_trace_write_step(w, &trace->steps[i]);
		yq_json_end_object(w);
	}
}
