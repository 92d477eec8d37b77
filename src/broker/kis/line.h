/*
 * line.h - the one connection that KIS gives a key, and what is registered on it.
 *
 * All accounts of the key are on it.  Of 41 registrations notices take what they need, one for each
 * HTS id at home and abroad, whoever shares it; prices have the rest: of all that the accounts
 * watch, each instrument once, those that go first (watch.h).  What is needed no more is taken back
 * when something else needs the place.
 */
#ifndef YQ_BROKER_KIS_LINE_H
#define YQ_BROKER_KIS_LINE_H

#include "broker/kis/stream.h"

#define YQ_KIS_LINE_MAX 40 /* registrations; KIS takes 41, its own samples stop at 40 */

struct yq_kis_line;
struct yq_shared;

/* The line of the spec's key, which is made for its first account: that one's address, way out and
 * worker count. */
YQ_NODISCARD enum yq_rc yq_kis_line_join(struct yq_shared *shared, const struct yq_kis_spec *spec,
    struct yq_kis_stream *stream, struct yq_err *err);
/* The last one ends it. */
void yq_kis_line_leave(struct yq_kis_stream *stream);
/* What somebody wants of it has changed: it is looked at in the loop's next turn. */
void yq_kis_line_look(struct yq_kis_line *line);

#endif
