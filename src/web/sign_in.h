/* sign_in.h - POST /auth/sign-in. */
#ifndef YQ_WEB_SIGN_IN_H
#define YQ_WEB_SIGN_IN_H

#include "web/api.h"

yq_api_fn yq_sign_in;

#endif
