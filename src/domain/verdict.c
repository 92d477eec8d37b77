/* verdict.c - the decisions on one signal, as one text. */
#include "domain/verdict.h"

/* The decision that speaks for all: the first that ordered, else the first; NULL without any. */
static const struct yq_decision *
speaker(const struct yq_decision *const *decisions, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (decisions[i]->ordered)
			return decisions[i];
	return count > 0 ? decisions[0] : NULL;
}

static void
write_steps(struct yq_json_writer *w, const struct yq_decision *decision)
{
	for (size_t i = 0; i < decision->trace.count; i++) {
		yq_json_begin_object(w);
		yq_json_put_text(w, "Account", decision->account_alias);
		yq_trace_write_step(w, &decision->trace.steps[i]);
		yq_json_end_object(w);
	}
}

static void
write_inputs(struct yq_json_writer *w, const struct yq_inputs *inputs, size_t count)
{
	yq_json_name(w, YQ_VERDICT_INPUTS);
	yq_json_begin_array(w);
	for (size_t i = 0; i < count; i++) {
		if (yq_id_is_none(&inputs[i].rules))
			continue;
		yq_json_begin_object(w);
		yq_inputs_write(w, &inputs[i]);
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
}

void
yq_verdict_write(struct yq_buf *out, const struct yq_decision *const *decisions,
    const struct yq_inputs *inputs, size_t count, int64_t now_us)
{
	const struct yq_decision *decision = speaker(decisions, count);
	struct yq_json_writer w = yq_json_writer_make(out);
	bool ordered = decision != NULL && decision->ordered;

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "Verdict", ordered ? "ordered" : "refused");
	yq_json_put_text(&w, "Code", decision != NULL ? decision->code : YQ_COMPOSE_NO_ACCOUNT);
	yq_json_put_text(
	    &w, "Text", decision != NULL ? decision->text : "no account is mapped to the strategy");
	yq_json_put_time(&w, "DecidedAt", now_us);
	yq_json_name(&w, "Orders");
	yq_json_begin_array(&w);
	for (size_t i = 0; i < count; i++)
		for (size_t leg = 0; leg < decisions[i]->order_count; leg++)
			yq_json_add_text(&w, decisions[i]->orders[leg].id.text);
	yq_json_end_array(&w);
	yq_json_name(&w, "Steps");
	yq_json_begin_array(&w);
	for (size_t i = 0; i < count; i++)
		write_steps(&w, decisions[i]);
	yq_json_end_array(&w);
	if (inputs != NULL)
		write_inputs(&w, inputs, count);
	yq_json_end_object(&w);
}
