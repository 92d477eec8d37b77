/*
 * errors.h - what an answer of Alpaca with another status than 2xx means for who called.  Pure.
 *
 * Errors are {"code": 40310000, "message": "..."}.  What stands between us and Alpaca answers with
 * pages of its own: then nobody knows how far the call came.
 */
#ifndef YQ_BROKER_ALPACA_ERRORS_H
#define YQ_BROKER_ALPACA_ERRORS_H

#include "base/common.h"
#include "base/err.h"

struct yq_alpaca_answer {
	int status;
	const char *body;
	size_t length;
	const char *retry_after; /* headers; NULL = not there */
	const char *rate_reset;	 /* X-RateLimit-Reset: seconds since 1970 */
};

struct yq_alpaca_fault {
	int64_t code;	  /* Alpaca's own; 0 = it gave none */
	bool is_invalid;  /* 422 with 40010001: a client id used before, or another bad field */
	bool is_taken;	  /* 422 about the client id itself: Alpaca has an order with it */
	bool is_limited;  /* 429: nobody should call for wait_ms */
	uint32_t wait_ms; /* 0 = it does not say */
};

/*
 * `acts`: the call was to submit, cancel or replace.  YQ_OK for 2xx; else `err` has Alpaca's code
 * and words, and
 *   acts   YQ_E_REFUSED   Alpaca refused it: final
 *	    YQ_E_RETRY	   not looked at: too many calls
 *	    YQ_E_UNKNOWN   anything else, Alpaca's 5xx, a 404 without Alpaca's code and other
 *			   people's pages among it
 *   asks   YQ_E_NOT_FOUND Alpaca itself says that there is no such thing
 *	    YQ_E_DENIED	   keys or permissions
 *	    YQ_E_RETRY	   too many calls
 *	    YQ_E_INVALID   Alpaca does not understand the question
 *	    YQ_E_UNKNOWN   anything else
 */
YQ_NODISCARD enum yq_rc yq_alpaca_judge(const struct yq_alpaca_answer *answer, bool acts,
    int64_t now_us, struct yq_alpaca_fault *fault, struct yq_err *err);

#endif
