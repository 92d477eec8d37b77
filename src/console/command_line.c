/* command_line.c - verbs by unique prefix, options by table. */
#include "console/command_line.h"

#include "base/buf.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct option_row {
	const char *name;
	const char *value; /* NULL = a switch */
	const char *help;
};

static const struct option_row option_rows[YQ_OPTION_COUNT] = {
#define X(ident, name, value, help) [YQ_OPT_##ident] = { name, value, help },
#include "console/options.def"
#undef X
};

const char *
yq_option_name(enum yq_option option)
{
	return option_rows[option].name;
}

static void
suggest_verb(const char *name, struct yq_err *err)
{
	const char *names[64];
	const char *nearest;

	for (size_t i = 0; i < yq_verb_count && i < YQ_COUNT(names); i++)
		names[i] = yq_verbs[i].name;
	nearest = yq_str_nearest(name, names, yq_verb_count);
	if (nearest != NULL)
		yq_err_set(err, YQ_E_INVALID, "there is no verb \"%s\"; did you mean \"%s\"?", name,
		    nearest);
	else
		yq_err_set(
		    err, YQ_E_INVALID, "there is no verb \"%s\"; `yq help` lists them", name);
}

const struct yq_verb *
yq_verb_find(const char *name, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf several = yq_buf_make(512);
	const struct yq_verb *found = NULL;
	size_t matches = 0;

	for (size_t i = 0; i < yq_verb_count; i++) {
		const struct yq_verb *verb = &yq_verbs[i];

		if (yq_str_equal(verb->name, name))
			return verb;
		if (!yq_str_starts(verb->name, name) || name[0] == '\0')
			continue;
		found = verb;
		yq_buf_add_text(&several, matches++ == 0 ? "" : ", ");
		yq_buf_add_text(&several, verb->name);
	}
	if (matches == 1)
		return found;
	if (matches == 0)
		suggest_verb(name, err);
	else
		yq_err_set(
		    err, YQ_E_INVALID, "\"%s\" may be any of: %s", name, yq_buf_text(&several));
	return NULL;
}

/* The option that `text` of `length` bytes names (or begins, uniquely), among those of the verb. */
static int
option_find(const struct yq_verb *verb, const char *text, size_t length)
{
	int found = -1;

	for (int i = 0; i < YQ_OPTION_COUNT; i++) {
		if ((verb->options & (UINT64_C(1) << i)) == 0)
			continue;
		if (strncmp(option_rows[i].name, text, length) != 0)
			continue;
		if (option_rows[i].name[length] == '\0')
			return i;
		found = found == -1 ? i : -2;
	}
	return found;
}

static enum yq_rc
take_option(int argc, char **argv, int *index, struct yq_call *call, struct yq_err *err)
{
	const char *text = argv[*index] + 2;
	const char *equals = strchr(text, '=');
	size_t length = equals != NULL ? (size_t)(equals - text) : strlen(text);
	int option = length > 0 ? option_find(call->verb, text, length) : -1;

	if (option < 0)
		return yq_err_set(err, YQ_E_INVALID, "%s option --%.*s (`yq help %s` lists them)",
		    option == -2 ? "several options begin with" : "there is no", (int)length, text,
		    call->verb->name);
	if (call->options[option] != NULL)
		return yq_err_set(
		    err, YQ_E_INVALID, "--%s is given twice", option_rows[option].name);
	if (option_rows[option].value == NULL) {
		if (equals != NULL)
			return yq_err_set(
			    err, YQ_E_INVALID, "--%s takes no value", option_rows[option].name);
		call->options[option] = "";
		return YQ_OK;
	}
	if (equals != NULL) {
		call->options[option] = equals + 1;
		return YQ_OK;
	}
	if (*index + 1 >= argc)
		return yq_err_set(err, YQ_E_INVALID, "--%s needs %s: %s", option_rows[option].name,
		    option_rows[option].value, option_rows[option].help);
	call->options[option] = argv[++*index];
	return YQ_OK;
}

static enum yq_rc
check_words(const struct yq_call *call, struct yq_err *err)
{
	const struct yq_verb *verb = call->verb;

	if (call->options[YQ_OPT_HELP] != NULL)
		return YQ_OK;
	if (call->word_count < verb->min_words)
		return yq_err_set(err, YQ_E_INVALID, "%s needs %s", verb->name, verb->arguments);
	if (call->word_count > verb->max_words)
		return yq_err_set(err, YQ_E_INVALID, "\"%s\" is one word too many for %s",
		    call->words[verb->max_words], verb->name);
	return YQ_OK;
}

enum yq_rc
yq_command_parse(int argc, char **argv, struct yq_call *call, struct yq_err *err)
{
	bool options_ended = false;
	enum yq_rc rc;

	*call = (struct yq_call){ .program = argv[0] };
	if (argc < 2)
		return yq_err_set(err, YQ_E_INVALID, "a verb is missing");
	call->verb = yq_verb_find(argv[1], err);
	if (call->verb == NULL)
		return YQ_E_INVALID;
	for (int i = 2; i < argc; i++) {
		if (!options_ended && yq_str_equal(argv[i], "--")) {
			options_ended = true;
		} else if (!options_ended && yq_str_equal(argv[i], "-h")) {
			call->options[YQ_OPT_HELP] = "";
		} else if (!options_ended && yq_str_starts(argv[i], "--")) {
			rc = take_option(argc, argv, &i, call, err);
			if (rc != YQ_OK)
				return rc;
		} else if (call->word_count == YQ_POSITIONAL_MAX) {
			return yq_err_set(err, YQ_E_INVALID, "too many words");
		} else {
			call->words[call->word_count++] = argv[i];
		}
	}
	return check_words(call, err);
}

enum yq_rc
yq_option_int(const struct yq_call *call, enum yq_option option, int64_t min, int64_t max,
    int64_t fallback, int64_t *result, struct yq_err *err)
{
	*result = fallback;
	if (call->options[option] == NULL ||
	    yq_str_to_int64(call->options[option], min, max, result))
		return YQ_OK;
	return yq_err_set(err, YQ_E_INVALID,
	    "--%s: expected a whole number from %lld to %lld, found \"%s\"",
	    option_rows[option].name, (long long)min, (long long)max, call->options[option]);
}

void
yq_help_print_all(void)
{
	printf("yq - run yQuant, watch it and trade by hand\n"
	       "\n"
	       "usage: yq VERB [WORDS] [OPTIONS]      any unique beginning of a verb will do\n"
	       "\n");
	for (size_t i = 0; i < yq_verb_count; i++)
		printf("  %-10s %-18s %s\n", yq_verbs[i].name, yq_verbs[i].arguments,
		    yq_verbs[i].summary);
	printf("\n"
	       "first steps\n"
	       "  yq up                  start everything; leave it running\n"
	       "  yq demo                in a second terminal: send some alerts\n"
	       "  yq trades              what they became\n"
	       "  yq why ID              and why\n"
	       "\n"
	       "`yq help VERB` says more.  Exit status: 0 done, 1 refused, 2 wrong usage,\n"
	       "3 the system does not answer.\n");
}

void
yq_help_print(const struct yq_verb *verb)
{
	printf("yq %s%s%s - %s\n\n%s\noptions\n", verb->name, verb->arguments[0] != '\0' ? " " : "",
	    verb->arguments, verb->summary, verb->manual);
	for (int i = 0; i < YQ_OPTION_COUNT; i++) {
		char form[40];

		if ((verb->options & (UINT64_C(1) << i)) == 0)
			continue;
		yq_str_format(form, sizeof(form), "--%s%s%s", option_rows[i].name,
		    option_rows[i].value != NULL ? " " : "",
		    option_rows[i].value != NULL ? option_rows[i].value : "");
		printf("  %-20s %s\n", form, option_rows[i].help);
	}
}
