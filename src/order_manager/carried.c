/* carried.c - the texts of rules that verdicts bring along. */
#include "order_manager/carried.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "domain/verdict.h"

static bool
has(const struct yq_carried *carried, const struct yq_id *digest)
{
	for (size_t i = 0; i < carried->count; i++)
		if (yq_id_equal(&carried->rows[i].digest, digest))
			return true;
	return false;
}

static bool
take_one(struct yq_carried *carried, const yq_json *input, int64_t decided_at_us)
{
	const yq_json *text = yq_json_get(input, YQ_INPUTS_RULES_TEXT);
	struct yq_id digest;
	size_t length = 0;
	const char *bytes;

	if (text == NULL)
		return true;
	bytes = yq_json_text(text, &length);
	digest = yq_policy_digest(bytes, length);
	if (has(carried, &digest))
		return true;
	if (carried->count == YQ_CARRIED_MAX)
		return false;
	carried->rows[carried->count++] = (struct yq_policy_row){
		.digest = digest,
		.text = yq_xstrndup(bytes, length),
		.first_seen_us = decided_at_us,
	};
	return true;
}

bool
yq_carried_take(
    struct yq_carried *carried, const char *verdict, size_t length, int64_t decided_at_us)
{
	static const char name[] = "\"" YQ_INPUTS_RULES_TEXT "\"";
	YQ_CLEANUP(yq_json_freep) yq_json *tree = NULL;
	const yq_json *inputs;

	if (memmem(verdict, length, name, sizeof(name) - 1) == NULL ||
	    yq_json_parse(verdict, length, &tree, NULL) != YQ_OK)
		return true;
	inputs = yq_json_get(tree, YQ_VERDICT_INPUTS);
	for (size_t i = 0; inputs != NULL && i < yq_json_count(inputs); i++)
		if (!take_one(carried, yq_json_at(inputs, i), decided_at_us))
			return false;
	return true;
}

void
yq_carried_clear(struct yq_carried *carried)
{
	for (size_t i = 0; i < carried->count; i++)
		free(carried->rows[i].text);
	carried->count = 0;
}
