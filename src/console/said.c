/* said.c - the command line of `yq order resolve`, taken apart. */
#include "console/said.h"

#include "base/str.h"
#include "console/command_line.h"

#include <ctype.h>
#include <string.h>

static bool
begins_nocase(const char *whole, const char *beginning)
{
	while (*beginning != '\0' &&
	       tolower((unsigned char)*whole) == tolower((unsigned char)*beginning)) {
		whole++;
		beginning++;
	}
	return *beginning == '\0';
}

static enum yq_rc
take_outcome(const char *word, enum yq_resolved_as *outcome, struct yq_err *err)
{
	size_t matches = 0;

	for (int i = 0; i < YQ_RESOLVED_COUNT; i++) {
		if (word[0] == '\0' ||
		    !begins_nocase(yq_names_text(&yq_resolved_as_names, i), word))
			continue;
		*outcome = (enum yq_resolved_as)i;
		matches++;
	}
	if (matches == 1)
		return YQ_OK;
	return yq_err_set(err, YQ_E_INVALID,
	    "\"%s\" is no outcome: expected filled, open, rejected or canceled", word);
}

static enum yq_rc
take_number(const struct yq_call *call, enum yq_option option, struct yq_opt_decimal *value,
    struct yq_err *err)
{
	const char *text = call->options[option];

	if (text == NULL)
		return YQ_OK;
	value->set = true;
	if (yq_decimal_parse(text, strlen(text), &value->value) == YQ_OK)
		return YQ_OK;
	return yq_err_set(err, YQ_E_INVALID, "--%s: expected a number, found \"%s\"",
	    yq_option_name(option), text);
}

static enum yq_rc
take_text(const struct yq_call *call, enum yq_option option, char *target, size_t size,
    struct yq_err *err)
{
	const char *text = call->options[option];

	if (text == NULL || yq_str_copy(target, size, text))
		return YQ_OK;
	return yq_err_set(
	    err, YQ_E_INVALID, "--%s: longer than %zu bytes", yq_option_name(option), size - 1);
}

/* What the message's own rules would say, in the words of the command line. */
static enum yq_rc
check(const struct yq_resolution *said, struct yq_err *err)
{
	bool may_fill =
	    said->outcome == YQ_RESOLVED_FILLED || said->outcome == YQ_RESOLVED_CANCELED;

	if (said->reason[0] == '\0')
		return yq_err_set(err, YQ_E_INVALID, "--reason is missing: how is that known?");
	if (said->outcome == YQ_RESOLVED_FILLED && !(said->qty.set && said->price.set))
		return yq_err_set(err, YQ_E_INVALID,
		    "what was filled needs --qty and --price, as the broker shows them");
	if (!may_fill && (said->qty.set || said->price.set || said->commission.set))
		return yq_err_set(err, YQ_E_INVALID,
		    "--qty, --price and --commission belong to filled, or to canceled after a part "
		    "was");
	return YQ_OK;
}

enum yq_rc
yq_said_parse(const struct yq_call *call, struct yq_resolution *said, struct yq_err *err)
{
	enum yq_rc rc;

	*said = yq_resolution_default();
	rc = take_outcome(call->words[2], &said->outcome, err);
	if (rc == YQ_OK)
		rc = take_number(call, YQ_OPT_QTY, &said->qty, err);
	if (rc == YQ_OK)
		rc = take_number(call, YQ_OPT_PRICE, &said->price, err);
	if (rc == YQ_OK)
		rc = take_number(call, YQ_OPT_COMMISSION, &said->commission, err);
	if (rc == YQ_OK)
		rc = take_text(call, YQ_OPT_BROKER_ID, said->broker_order_id,
		    sizeof(said->broker_order_id), err);
	if (rc == YQ_OK)
		rc = take_text(call, YQ_OPT_REASON, said->reason, sizeof(said->reason), err);
	return rc == YQ_OK ? check(said, err) : rc;
}
