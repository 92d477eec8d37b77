/* openapi.h - the API's document, OpenAPI 3.1, made of the tables of routes. */
#ifndef YQ_WEB_OPENAPI_H
#define YQ_WEB_OPENAPI_H

#include "web/files.h"

/* Makes it whole, with its ETag.  `base` is Dashboard:PathBase, "" = none. */
void yq_openapi_make(struct yq_file *document, const char *base);

#endif
