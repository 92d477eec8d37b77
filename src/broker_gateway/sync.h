/* sync.h - cash and positions as the broker has them: compared with ours, and taken over. */
#ifndef YQ_BROKER_GATEWAY_SYNC_H
#define YQ_BROKER_GATEWAY_SYNC_H

struct gw_account;

/*
 * Ask for them; ends in gw_look_books_end.  Where they differ from ours, and still do after another
 * look at orders and fills, they are taken over and people are told; else only if the look is to be
 * full are they written.
 */
void gw_sync(struct gw_account *account);

#endif
