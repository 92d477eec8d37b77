/*
 * confirm.c - WAIT and WAITAOF.
 */
#include "bus/confirm.h"

#include <hiredis/hiredis.h>

void
yq_confirm_barrier(struct yq_args *args)
{
	yq_args_text(args, "SET");
	yq_args_key(args, YQ_KEY_BARRIER, NULL);
	yq_args_text(args, "");
}

void
yq_confirm_wait(struct yq_args *args, const struct yq_confirm *confirm)
{
	yq_args_words(args, confirm->flushed ? "WAITAOF 1" : "WAIT");
	yq_args_int(args, confirm->replicas);
	yq_args_int(args, confirm->timeout_ms);
}

enum yq_rc
yq_confirm_read(const redisReply *reply, const struct yq_confirm *confirm, struct yq_err *err)
{
	long long here = 1, there = -1;

	if (reply->type == REDIS_REPLY_INTEGER) {
		there = reply->integer;
	} else if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 2) {
		here = reply->element[0]->integer;
		there = reply->element[1]->integer;
	}
	if (here >= 1 && there >= confirm->replicas)
		return YQ_OK;
	if (there < 0)
		return yq_err_set(err, YQ_E_UNKNOWN, "valkey: replicas cannot be waited for: %s",
		    reply->type == REDIS_REPLY_ERROR ? reply->str : "not a number");
	return yq_err_set(err, YQ_E_UNKNOWN,
	    "valkey: carried out, but confirmed by %lld of %d replicas within %u ms%s", there,
	    confirm->replicas, (unsigned)confirm->timeout_ms,
	    here < 1 ? ", and not on the master's own disk" : "");
}
