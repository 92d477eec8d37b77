/* auth_who.c - who asks. */
#include "web/auth.h"

enum yq_rc
yq_auth_who(struct yq_desk *desk, const struct yq_auth_request *request, struct yq_api_who *who,
    struct yq_err *err)
{
	(void)desk;
	(void)request;
	(void)who;
	return yq_err_set(err, YQ_E_DENIED, "nobody is signed in");
}
