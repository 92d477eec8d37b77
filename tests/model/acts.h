/* acts.h - what people, strategies, machines and networks do, by chance. */
#ifndef YQ_TESTS_MODEL_ACTS_H
#define YQ_TESTS_MODEL_ACTS_H

#include "world.h"

/* One act, by chance. */
void act(void);
/* Faults end: no process stands still, the server answers, somebody serves. */
void heal(void);
/* Bury what has ended, and start another one where there is none. */
void keep_alive(void);

#endif
