/*
 * sizer_message.h - what passes between the order manager and yq-sizer-host: whole messages of a
 * fixed size over a SOCK_SEQPACKET pair, which the host finds as descriptor 3.
 *
 * The host says hello once, then answers each question.  Both come from one build, so that nothing
 * here has to last; what lasts is yquant/sizer.h.  The host's memory is at the plug-in's mercy:
 * what it sends is believed no more than anything else from outside.
 */
#ifndef YQ_DOMAIN_SIZER_MESSAGE_H
#define YQ_DOMAIN_SIZER_MESSAGE_H

#include <yquant/sizer.h>

#define YQ_SIZER_HOST_FD 3
#define YQ_SIZER_HOST	 "yq-sizer-host" /* the program, beside every other */

#define YQ_SIZER_HELLO_MAGIC UINT64_C(0x3172657a69537159)

struct yq_sizer_hello {
	uint64_t magic;
	uint64_t loaded; /* 1; 0 = refused, and `text` says why */
	char name[64];
	char text[256]; /* its description */
};

struct yq_sizer_question {
	uint64_t sequence;
	struct yq_sizer_input input;
};

struct yq_sizer_reply {
	uint64_t sequence; /* of the question */
	struct yq_sizer_output output;
};

#endif
