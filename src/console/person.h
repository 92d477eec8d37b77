/* person.h - who sits at the console: in every request made by hand, and in the audit trail. */
#ifndef YQ_CONSOLE_PERSON_H
#define YQ_CONSOLE_PERSON_H

#include "domain/hand.h"

/* "user@host", by the system's own account of this process; origin "Console". */
struct yq_hand yq_person(void);

/* Ask on the terminal; true for "y" or "yes".  Without a terminal nobody is asked: true. */
bool yq_person_agrees(const char *question);

#endif
