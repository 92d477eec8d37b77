/* halt.c - kill switches: their members, when they stand, what people read of them. */
#include "domain/halt.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"

const struct yq_field yq_halt_fields[] = {
	YQ_FIELD_ID("Id", struct yq_halt, id, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Who", struct yq_halt, who, YQ_REQUIRED),
	YQ_FIELD_TIME("When", struct yq_halt, when_us, YQ_REQUIRED),
	YQ_FIELD_TEXT("Why", struct yq_halt, why, YQ_OPTIONAL),
	YQ_FIELD_TIME("Until", struct yq_halt, until_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("NotBefore", struct yq_halt, not_before_us, YQ_OPTIONAL),
	YQ_FIELD_BOOL("Flatten", struct yq_halt, flatten, YQ_OPTIONAL),
};
const size_t yq_halt_field_count = YQ_COUNT(yq_halt_fields);

bool
yq_halt_stands(const struct yq_halt *halt, int64_t now_us)
{
	return halt->until_us == 0 || now_us < halt->until_us;
}

int64_t
yq_halt_cooling_us(const struct yq_halt *halt, int64_t now_us)
{
	if (!yq_halt_stands(halt, now_us) || halt->not_before_us <= now_us)
		return 0;
	return halt->not_before_us - now_us;
}

void
yq_halt_set_times(struct yq_halt *halt, int64_t when_us, int64_t until_us, int64_t cooling_off_us)
{
	halt->when_us = when_us;
	halt->not_before_us = cooling_off_us > 0 ? when_us + cooling_off_us : 0;
	halt->until_us = until_us;
	if (until_us != 0 && halt->not_before_us > until_us)
		halt->until_us = halt->not_before_us;
}

void
yq_halt_keep(struct yq_halt *halt, const struct yq_halt *before)
{
	if (!yq_halt_stands(before, halt->when_us))
		return;
	halt->flatten = halt->flatten || before->flatten;
	if (before->not_before_us > halt->not_before_us)
		halt->not_before_us = before->not_before_us;
	if (before->until_us == 0)
		halt->until_us = 0;
	if (halt->until_us == 0)
		return;
	if (before->until_us > halt->until_us)
		halt->until_us = before->until_us;
	if (halt->not_before_us > halt->until_us)
		halt->until_us = halt->not_before_us;
}

/* "account:Paper" is "account Paper", "*" everything; of "risk:DailyLoss:*" what comes last. */
static void
describe_field(struct yq_buf *out, const char *field)
{
	const char *rule = yq_str_starts(field, "risk:") ? strchr(field + 5, ':') : NULL;
	const char *scope = rule != NULL ? rule + 1 : field, *colon = strchr(scope, ':');

	if (yq_str_equal(scope, "*"))
		yq_buf_add_text(out, "everything");
	else if (colon != NULL)
		yq_buf_add_format(out, "%.*s %s", (int)(colon - scope), scope, colon + 1);
	else
		yq_buf_add_text(out, scope);
}

void
yq_halt_describe(const char *field, const struct yq_halt *halt, char *text, size_t size)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(2 * YQ_MESSAGE_SIZE);
	char until[YQ_TIME_TEXT_SIZE];

	describe_field(&out, field);
	yq_buf_add_text(&out, halt->flatten ? " halted and flattened" : " halted");
	if (halt->who[0] != '\0')
		yq_buf_add_format(&out, " by %s", halt->who);
	if (halt->until_us != 0) {
		yq_time_format(halt->until_us, until);
		yq_buf_add_format(&out, " until %.19sZ", until);
	}
	yq_buf_add_format(&out, ": %s", halt->why);
	yq_str_copy_cut(text, size, yq_buf_text(&out));
}
