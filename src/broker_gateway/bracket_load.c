/* bracket_load.c - brackets that were left behind, taken over from the bus after a lease was won.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/bracket.h"
#include "broker_gateway/bracket_parts.h"
#include "broker_gateway/gateway.h"

static bool
is_begun(const struct yq_bracket_state *state)
{
	return state->bracket.qty.set ||
	       (state->leg_count > 0 && yq_decimal_sign(state->legs[0].filled) > 0);
}

/* Until it can be compared with what is held. */
static struct yq_decimal
left_of(const struct yq_bracket_state *state)
{
	struct yq_decimal left =
	    state->bracket.qty.set ? state->bracket.qty.value : YQ_DECIMAL_ZERO;

	for (size_t i = 0; i < state->leg_count; i++)
		if (state->legs[i].exit[0] == '\0')
			left.units += state->legs[i].filled.units;
		else
			left.units -= state->legs[i].filled.units;
	left.units -= state->lost.units;
	return yq_decimal_max(left, YQ_DECIMAL_ZERO);
}

static void
take_in(struct gw_account *a, const struct yq_bracket_state *state)
{
	struct gw_bracket *b = gw_bracket_find(a->gw, &state->bracket.id);

	if (b != NULL)
		return;
	b = gw_bracket_make(a, &state->bracket);
	b->kept = true;
	b->lost = b->lost_kept = state->lost;
	memcpy(b->ended, state->ended, sizeof(b->ended));
	b->ended_kept = b->ended[0] != '\0';
	memcpy(b->how_kept, state->how, sizeof(b->how_kept));
	b->how_told = state->how[0] != '\0' && is_begun(state);
	for (size_t i = 0; i < state->leg_count; i++)
		(void)gw_bracket_add(b, &state->legs[i]);
	b->left = left_of(state);
	gw_lane_due(a, b->lane);
}

static void
load_end(struct gateway *gw)
{
	struct gw_brackets *all = &gw->brackets;

	free(all->ids);
	all->ids = NULL;
	all->done(gw, !all->failed);
}

static void read_on(struct gateway *gw);

static void
on_bracket(
    void *cookie, enum yq_rc rc, const struct yq_bracket_state *state, const struct yq_err *err)
{
	struct gateway *gw = cookie;
	struct gw_account *a;

	if (gw->stopped)
		return;
	gw->brackets.left--;
	if (rc == YQ_OK) {
		a = gw_account_find(gw, state->bracket.account_alias);
		if (a != NULL && a->recovering)
			take_in(a, state);
	} else if (rc == YQ_E_CORRUPT) {
		yq_error("a bracket cannot be read: %s", err->text);
		gw_notify(gw, "Order", "Critical",
		    "a bracket cannot be read, and what it protects is not watched: %s", err->text);
	} else if (rc != YQ_E_NOT_FOUND) {
		yq_warn("a bracket is not read yet: %s", err->text);
		gw->brackets.failed = true;
	}
	read_on(gw);
}

/* Some at a time: the connection takes only so many commands. */
static void
read_on(struct gateway *gw)
{
	struct gw_brackets *all = &gw->brackets;

	while (all->next < all->count && all->left < GW_BATCH_MAX && !all->failed) {
		all->left++;
		yq_state_bracket(gw->valkey, &all->ids[all->next++], on_bracket, gw);
	}
	if (all->left == 0)
		load_end(gw);
}

static void
on_ids(void *cookie, enum yq_rc rc, const struct yq_id *ids, size_t count, const struct yq_err *err)
{
	struct gateway *gw = cookie;
	struct gw_brackets *all = &gw->brackets;

	if (gw->stopped)
		return;
	if (rc != YQ_OK) {
		yq_warn("brackets cannot be read: %s", err->text);
		all->failed = true;
		load_end(gw);
		return;
	}
	all->ids = yq_xcalloc(count + 1, sizeof(*all->ids));
	memcpy(all->ids, ids, count * sizeof(*ids));
	all->count = count;
	read_on(gw);
}

void
gw_brackets_load(struct gateway *gw, gw_brackets_done_fn *done)
{
	struct gw_brackets *all = &gw->brackets;

	for (size_t i = 0; i < gw->account_count; i++)
		if (gw->accounts[i].recovering)
			gw_brackets_drop(gw, &gw->accounts[i]);
	all->done = done;
	all->failed = false;
	all->next = all->count = all->left = 0;
	yq_state_open_brackets(gw->valkey, on_ids, gw);
}

/* ---- a leg that is not in hand ---- */

struct look_up {
	struct gateway *gw;
	struct yq_id bracket, order;
};

static void
on_order(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *full, const struct yq_err *err)
{
	struct look_up *l = cookie, look = *l;
	struct gw_bracket *b;
	struct gw_leg *leg;

	(void)err;
	free(l);
	if (look.gw->stopped)
		return;
	b = gw_bracket_find(look.gw, &look.bracket);
	leg = b != NULL ? gw_bracket_leg(b, &look.order) : NULL;
	if (leg == NULL || gw_order_find(look.gw, &look.order) != NULL)
		return;
	if (rc == YQ_E_NOT_FOUND) {
		yq_warn("bracket %s: its order %s is not on the bus any more", look.bracket.text,
		    look.order.text);
		leg->leg.state = YQ_ORDER_CANCELED;
	} else if (rc == YQ_OK && yq_order_state_is_final(full->progress.state)) {
		leg->leg.filled = full->progress.filled;
		leg->leg.state = full->progress.state;
	}
	gw_lane_due(b->account, b->lane);
}

void
gw_bracket_look_up(struct gw_bracket *b, const struct yq_id *id)
{
	struct look_up *l = yq_xcalloc(1, sizeof(*l));

	*l = (struct look_up){ b->account->gw, b->plan.id, *id };
	yq_state_order(l->gw->valkey, id, on_order, l);
}
