/* ask.h - questions to whoever sits at the console; from a pipe, one answer a line. */
#ifndef YQ_CONSOLE_ASK_H
#define YQ_CONSOLE_ASK_H

#include "base/secret.h"

#define YQ_ASK_MAX 512

/* The line that answers, without spaces around it; the question is shown on a terminal only.
 * False: there is none, or it is too long. */
bool yq_ask(const char *question, char *answer, size_t size);
/* The same without echo.  NULL: there is none, it is empty or too long, or it was broken off. */
YQ_NODISCARD struct yq_secret *yq_ask_secret(const char *question);

#endif
