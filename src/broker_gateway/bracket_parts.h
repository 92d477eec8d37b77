/* bracket_parts.h - what the files of bracket.h share. */
#ifndef YQ_BROKER_GATEWAY_BRACKET_PARTS_H
#define YQ_BROKER_GATEWAY_BRACKET_PARTS_H

#include "broker_gateway/bracket.h"

#define GW_NAUGHTS_MAX	64 /* legs that came to nothing, before the oldest go */
#define GW_NAUGHTS_THIN 32 /* ... so many of them */

/* ---- bracket.c ---- */
struct gw_bracket *gw_bracket_find(struct gateway *gw, const struct yq_id *id);
struct gw_bracket *gw_bracket_of(const struct gw_order *o); /* NULL = of none */
struct gw_bracket *gw_bracket_make(struct gw_account *account, const struct yq_bracket *plan);
struct gw_leg *gw_bracket_leg(const struct gw_bracket *b, const struct yq_id *id);
struct gw_leg *gw_bracket_add(struct gw_bracket *b, const struct yq_bracket_leg *leg);
void gw_bracket_free(struct gw_bracket *b);
bool gw_leg_is_live(const struct gw_leg *leg);
/* An exit that is over, executed nothing, and is in nobody's hand: nothing follows from it. */
bool gw_leg_is_naught(const struct gw_bracket *b, const struct gw_leg *leg);
void gw_leg_forget(struct gw_bracket *b, const struct yq_id *id);
/* What is held the way such an entry opens it, >= 0; what of it no other order takes or waits for.
 */
struct yq_decimal gw_bracket_held(
    const struct gw_account *account, const struct gw_lane *lane, enum yq_action entry);
struct yq_decimal gw_bracket_available(
    const struct gw_account *account, const struct gw_lane *lane, enum yq_action entry);

/* ---- bracket_step.c: one step at a time; each is repeated until it is answered ---- */
void gw_bracket_keep(struct gw_bracket *b);
void gw_bracket_place(struct gw_bracket *b); /* the newest leg */
void gw_bracket_note(struct gw_bracket *b);
void gw_bracket_thin(struct gw_bracket *b); /* the oldest legs that are naught */
void gw_bracket_end(struct gw_bracket *b);

/* ---- bracket_watch.c: exits that are watched, and the prices for that ---- */
struct yq_exit_way gw_bracket_way(const struct gw_bracket *b, enum yq_exit_kind exit);
/* That of an exit which was decided on: the same whatever the price does meanwhile. */
struct yq_exit_way gw_bracket_way_of(
    const struct gw_bracket *b, enum yq_exit_kind exit, bool touched);
/* What holds it, for people; "" = what rests until it is canceled. */
const char *gw_bracket_how(const struct gw_bracket *b);
/* What the plan has to know where the stop-loss is watched. */
void gw_bracket_watch_facts(const struct gw_bracket *b, struct yq_bracket_facts *facts);
/* The price of an exit that goes near the market's; absent where the way has none, or none is
 * known. */
struct yq_opt_decimal gw_bracket_near(const struct gw_bracket *b, const struct yq_exit_way *way);
/* Once it protects something: people are told what holds that. */
void gw_bracket_tell_how(struct gw_bracket *b);
void gw_brackets_watch(struct gateway *gw); /* once a second */

/* ---- bracket_protect.c ---- */
void gw_protects_run(struct gateway *gw);
void gw_protects_drop(struct gateway *gw);

/* ---- bracket_load.c ---- */
/* A leg that is not final is not in hand: what has become of it? */
void gw_bracket_look_up(struct gw_bracket *b, const struct yq_id *id);

#endif
