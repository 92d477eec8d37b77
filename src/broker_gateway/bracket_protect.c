/* bracket_protect.c - what is held is protected because a person asks for it: a bracket without an
 * entry. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/ack.h"
#include "broker_gateway/bracket.h"
#include "broker_gateway/bracket_parts.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/listing.h"

/* Until the account is served. */
struct gw_protect {
	struct gw_protect *next;
	struct gw_account *account;
	struct yq_bracket plan;
	char entry_id[YQ_ENTRY_ID_SIZE];
};

void
gw_protect_add(struct gw_account *a, const struct yq_bracket *plan, const char *entry_id)
{
	struct gw_protect **link = &a->gw->brackets.asked, *p;

	for (; *link != NULL; link = &(*link)->next)
		if (yq_str_equal((*link)->entry_id, entry_id))
			return; /* delivered again */
	p = yq_xcalloc(1, sizeof(*p));
	p->account = a;
	p->plan = *plan;
	yq_str_copy_cut(p->entry_id, sizeof(p->entry_id), entry_id);
	*link = p;
	a->gw->brackets.due = true;
	gw_soon(a->gw);
}

/* Why it cannot be; the plan is completed by what is held. */
static enum yq_rc
check(struct gw_account *a, struct yq_bracket *plan, struct yq_err *err)
{
	const struct yq_holding *h = yq_account_holding(a->book, plan->exchange, plan->ticker);
	const struct gw_lane *lane = gw_lane_of(a, plan->exchange, plan->ticker);
	struct yq_order would = yq_order_default();
	int side = plan->action == YQ_BUY ? 1 : -1;

	if (h == NULL || yq_decimal_sign(h->position.qty) != side)
		return yq_err_set(err, YQ_E_REFUSED, "none of it is held that way");
	if (!plan->qty.set)
		plan->qty = yq_opt_decimal_of(yq_decimal_abs(h->position.qty));
	if (plan->buy_reason[0] == '\0')
		memcpy(plan->buy_reason, h->position.buy_reason, sizeof(plan->buy_reason));
	if (plan->buy_reason[0] == '\0')
		yq_str_copy_cut(plan->buy_reason, sizeof(plan->buy_reason), "Manual");
	would.exchange = plan->exchange;
	would.action = plan->action;
	would.type = YQ_TYPE_MARKET;
	would.exits = plan->exits;
	if (yq_bracket_check_entry(&would, gw_listing(a->gw, plan->exchange, plan->ticker).ticks,
		lane->price, err) != YQ_OK)
		return YQ_E_INVALID;
	return gw_bracket_check(a, &would, err);
}

static void
begin(struct gw_protect *p)
{
	struct gateway *gw = p->account->gw;
	struct gw_bracket *b = gw_bracket_find(gw, &p->plan.id);
	struct yq_err err;

	if (b == NULL && check(p->account, &p->plan, &err) != YQ_OK) {
		yq_info("bracket %s is not begun: %s", p->plan.id.text, err.text);
		gw_notify(gw, "Order", "Warning", "%s in %s was not protected: %s", p->plan.ticker,
		    p->account->settings.alias, err.text);
		gw_ack_only(gw, p->entry_id);
		return;
	}
	if (b != NULL && b->kept) {
		gw_ack_only(gw, p->entry_id);
		return;
	}
	if (b == NULL)
		b = gw_bracket_make(p->account, &p->plan);
	memcpy(b->entry_id, p->entry_id, sizeof(b->entry_id));
	gw_lane_due(b->account, b->lane);
}

void
gw_protects_run(struct gateway *gw)
{
	for (struct gw_protect **link = &gw->brackets.asked, *p; (p = *link) != NULL;) {
		if (!gw_account_may_send(p->account)) {
			link = &p->next;
			continue;
		}
		*link = p->next;
		begin(p);
		free(p);
	}
}

void
gw_protects_drop(struct gateway *gw)
{
	for (struct gw_protect *p = gw->brackets.asked, *next; p != NULL; p = next) {
		next = p->next;
		free(p);
	}
	gw->brackets.asked = NULL;
}
