/*
 * events.h - the streams of events: GET /events.  Loop thread; see struct yq_api_stream.
 */
#ifndef YQ_WEB_EVENTS_H
#define YQ_WEB_EVENTS_H

#include "web/api.h"

yq_api_stream_fn yq_events_open;
YQ_NODISCARD enum yq_rc yq_events_start(struct yq_web *web, struct yq_err *err);
void yq_events_drain(struct yq_web *web);
void yq_events_stop(struct yq_web *web);

#endif
