/*
 * answer.h - what a handler makes, and how it becomes an answer; for the framework.
 */
#ifndef YQ_WEB_ANSWER_H
#define YQ_WEB_ANSWER_H

#include "web/fields.h"

#define YQ_ANSWER_MAX	      (8U << 20)  /* bytes of JSON */
#define YQ_PLAIN_MAX	      (32U << 20) /* of anything else */
#define YQ_ANSWER_HEADERS_MAX 8
#define YQ_CODE_SIZE	      40

struct yq_answer {
	unsigned status;
	char type[64]; /* Content-Type */
	struct yq_buf body;
	struct yq_answer_header {
		char name[32];
		char *value; /* owned */
	} headers[YQ_ANSWER_HEADERS_MAX];
	size_t header_count;
};
void yq_answer_clear(struct yq_answer *answer);
/* Without control characters, so that no value makes a line of its own. */
void yq_answer_header(struct yq_answer *answer, const char *name, const char *value);
/* An RFC 9457 problem in place of what was there; its headers stay.  `field` NULL or "" = none. */
void yq_answer_problem(struct yq_answer *answer, unsigned status, const char *code,
    const char *field, const char *detail);

/* Behind a yq_api_call. */
struct yq_api_state {
	struct yq_fields fields;
	struct yq_answer answer;
	struct yq_json_writer writer;
	bool plain;
	/* of yq_api_refuse */
	unsigned status; /* 0 = not used */
	char code[YQ_CODE_SIZE], field[64];
};

/* After the handler: `state`'s answer is whole.  True when it is no problem. */
bool yq_answer_finish(struct yq_api_call *call, enum yq_rc rc, const struct yq_err *err);

#endif
