/* desk.c - connections, opened when they are first needed. */
#include "desk/desk.h"

enum yq_rc
yq_desk_valkey(struct yq_desk *desk, struct yq_err *err)
{
	return desk->valkey != NULL ? YQ_OK : desk->open_valkey(desk, err);
}

enum yq_rc
yq_desk_firebird(struct yq_desk *desk, struct yq_err *err)
{
	return desk->firebird != NULL ? YQ_OK : desk->open_firebird(desk, err);
}
