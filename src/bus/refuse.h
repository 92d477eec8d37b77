/*
 * refuse.h - set aside a message that nobody can read: report it once, then let it go.
 *
 * The report is a notification with an id and a time made from the message itself, so that a repeat
 * after a crash says nothing new.  The payload is quoted up to 200 bytes.
 */
#ifndef YQ_BUS_REFUSE_H
#define YQ_BUS_REFUSE_H

#include "bus/consume.h"

/* When an entry was written, from its id ("1700000000000-0"); 0 if the id is none. */
int64_t yq_entry_time_us(const char *entry_id);
/* The id before that of an entry. */
void yq_entry_before(const char *entry_id, char id[YQ_ENTRY_ID_SIZE]);

/* An entry of a stream: reported, then acknowledged for `group`.  If either fails the entry stays
 * and comes again after a restart.  `app` as in the schema; `why` says what is wrong with it. */
void yq_refuse_entry(struct yq_valkey *valkey, enum yq_group group, const struct yq_entry *entry,
    const char *app, const struct yq_err *why);
/* A message heard on a channel. */
void yq_refuse_message(struct yq_valkey *valkey, enum yq_key channel, const char *payload,
    size_t length, const char *app, const struct yq_err *why);

#endif
