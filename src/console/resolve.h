/*
 * resolve.h - from what a person types (an id, or the beginning of one) to one order or signal.
 */
#ifndef YQ_CONSOLE_RESOLVE_H
#define YQ_CONSOLE_RESOLVE_H

#include "console/find.h"

#define YQ_RESOLVE_PREFIX_MIN 3

enum yq_resolved_kind { YQ_RESOLVED_ORDER, YQ_RESOLVED_SIGNAL };

struct yq_resolved {
	enum yq_resolved_kind kind;
	struct yq_id id;
};

/* True for text that can begin an id: hexadecimal digits and dashes. */
bool yq_resolve_is_prefix(const char *text);

/*
 * Look on the bus and in the archive; `orders_only` leaves signals out.  Says itself when there is
 * none, or which ones there are when there are several.  Opens both connections.
 */
int yq_resolve(
    struct yq_system *system, const char *text, bool orders_only, struct yq_resolved *resolved);

#endif
