/* machine.h - the handler of GET /system; its route stands in api_system.c. */
#ifndef YQ_WEB_MACHINE_H
#define YQ_WEB_MACHINE_H

#include "web/api.h"

enum yq_rc yq_get_system(struct yq_api_call *call, struct yq_err *err);

#endif
