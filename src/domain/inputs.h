/*
 * inputs.h - what a decision was made from, written down beside it and read back exactly.
 *
 * Everything that yq_compose looks at besides the signal and the time.  A member that gets into one
 * of those structs gets a row here too: the tables are in inputs.c, and tests/unit/test_inputs.c
 * does not compile, or fails, until both know it.  Whatever is zero or absent is left out.
 */
#ifndef YQ_DOMAIN_INPUTS_H
#define YQ_DOMAIN_INPUTS_H

#include "domain/compose.h"

#define YQ_POLICY_TEXT_MAX 16384

struct yq_inputs {
	struct yq_account_view account;
	struct yq_market_facts market; /* its pointers: as given, or into `kept` once read */
	/* The digest of the policy; none = it never came to composing, and the rest is not set. */
	struct yq_id rules;
	/* The policy's own text, for decisions that may be the first to name it; NULL = it is kept
	 * already.  Borrowed. */
	const char *rules_text;
	/* What pointers lead to. */
	struct {
		char halt_reason[YQ_MESSAGE_SIZE];
		struct yq_track track;
		struct yq_sizer_answer answer;
	} kept;
};

#define YQ_INPUTS_RULES_TEXT "RulesText"

/* The members of one object. */
void yq_inputs_write(struct yq_json_writer *w, const struct yq_inputs *inputs);
/* From such an object.  The pointers in `inputs` lead into itself (it must not be copied) and, for
 * `rules_text`, into `object`.  YQ_E_INVALID names the member. */
YQ_NODISCARD enum yq_rc yq_inputs_read(
    const yq_json *object, struct yq_inputs *inputs, struct yq_err *err);

/* A policy as one object of text: the same policy gives the same bytes, and the digest is of them.
 */
void yq_policy_write(struct yq_buf *out, const struct yq_policy *policy);
struct yq_id yq_policy_digest(const char *text, size_t length);
/* A policy that was read; its pointers lead into itself, so it must not be copied. */
struct yq_kept_policy {
	struct yq_policy policy;
	struct yq_plugin plugin;
	char allow[YQ_RISK_LIST_SIZE], deny[YQ_RISK_LIST_SIZE];
};
YQ_NODISCARD enum yq_rc yq_policy_read(
    const char *text, size_t length, struct yq_kept_policy *kept, struct yq_err *err);

/* The tables, for tests and for people who list what there is. */
extern const struct yq_field yq_input_fields[]; /* of struct yq_inputs */
extern const size_t yq_input_field_count;
extern const struct yq_field yq_track_fields[]; /* of struct yq_track */
extern const size_t yq_track_field_count;
extern const struct yq_field yq_answer_fields[]; /* of struct yq_sizer_answer */
extern const size_t yq_answer_field_count;
extern const struct yq_field yq_policy_fields[]; /* of struct yq_policy */
extern const size_t yq_policy_field_count;

#endif
