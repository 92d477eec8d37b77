/* session_store.c - what a session asks the store, on the worker's thread. */
#include "broker/session_store.h"

int64_t
yq_token_due_us(const struct yq_token *token, unsigned early_pct)
{
	int64_t life_us = token->expires_at_us - token->issued_at_us;

	return token->issued_at_us + life_us / 100 * early_pct;
}

/* One that cannot be read is as good as none, but said. */
static enum yq_rc
read_token(struct yq_firebird *firebird, const struct yq_session_store *store,
    struct yq_session_look *look, struct yq_err *err)
{
	struct yq_err fault = { 0 };
	enum yq_rc rc = yq_token_read(firebird, store->key, &store->name, &look->token, &fault);

	if (rc == YQ_E_CORRUPT)
		look->unread = fault;
	else if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		return yq_err_set(err, rc, "%s", fault.text);
	if (look->token.issued_at_us <= look->after_us || look->token.expires_at_us <= look->now_us)
		yq_token_clear(&look->token);
	return YQ_OK;
}

enum yq_rc
yq_session_look(struct yq_firebird *firebird, const struct yq_session_store *store,
    struct yq_session_look *look, struct yq_err *err)
{
	struct yq_err fault = { 0 };
	enum yq_rc rc = read_token(firebird, store, look, err);

	if (rc != YQ_OK || !look->take_turn)
		return rc;
	if (look->token.value != NULL &&
	    look->now_us < yq_token_due_us(&look->token, look->early_pct))
		return YQ_OK;
	rc = yq_token_turn(
	    firebird, &store->name, look->now_us, look->interval_us, &look->until_us, &fault);
	look->ours = rc == YQ_OK;
	/* Another one has it, or takes it at this moment. */
	if (rc == YQ_OK || rc == YQ_E_STATE)
		return YQ_OK;
	yq_token_clear(&look->token);
	return yq_err_set(err, rc, "%s", fault.text);
}

enum yq_rc
yq_session_save(struct yq_firebird *firebird, const struct yq_session_store *store,
    const struct yq_token *token, struct yq_err *err)
{
	enum yq_rc rc = yq_token_write(firebird, store->key, &store->name, token, err);

	return rc == YQ_E_STATE ? YQ_OK : rc;
}
