/* stream.c - what one account wants of its key's line, and gets. */
#include "broker/kis/stream.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/kis/line.h"
#include "domain/market.h"

void
yq_kis_stream_pushes(struct yq_kis_stream *s, bool pushes)
{
	uint32_t *flags = &s->k->head.capabilities.flags;
	bool begins = pushes && !s->pushes;

	s->pushes = pushes;
	*flags = pushes ? *flags | YQ_BROKER_PUSHES : *flags & ~(uint32_t)YQ_BROKER_PUSHES;
	if (begins)
		yq_kis_stale(s->k);
}

void
yq_kis_stream_tick(struct yq_kis_stream *s, bool domestic, const struct yq_kis_tick *tick)
{
	struct yq_kis *k = s->k;

	/* Only what was asked for: a ticker alone may stand for two. */
	for (size_t i = 0; i < k->watch.count; i++) {
		const struct yq_kis_watched *w = &k->watch.list[i];

		if (yq_kis_market_of(w->exchange)->domestic != domestic ||
		    (tick->has_exchange && tick->exchange != w->exchange) ||
		    (!tick->has_exchange && !domestic) || !yq_str_equal(w->ticker, tick->ticker))
			continue;
		yq_kis_tell_price(k, w->exchange, w->ticker, tick->price, tick->change_rate);
	}
}

void
yq_kis_stream_watch(struct yq_kis_stream *s)
{
	if (s != NULL)
		yq_kis_line_look(s->line);
}

enum yq_rc
yq_kis_stream_make(struct yq_kis *k, const struct yq_kis_spec *spec,
    struct yq_kis_stream **ret_stream, struct yq_err *err)
{
	uint32_t abroad = k->settings.countries & ~(1U << YQ_COUNTRY_KR);
	bool notices = k->settings.hts_id[0] != '\0';
	struct yq_kis_stream *s = yq_xcalloc(1, sizeof(*s));
	enum yq_rc rc;

	s->k = k;
	s->wanted[YQ_KIS_FEED_NOTICES] = notices && yq_kis_trades(k, YQ_KRX);
	s->wanted[YQ_KIS_FEED_NOTICES_OVERSEAS] = notices && abroad != 0;
	rc = yq_kis_line_join(yq_kis_rest_shared(k->rest), spec, s, err);
	if (rc == YQ_OK)
		*ret_stream = s;
	else
		free(s);
	return rc;
}

void
yq_kis_stream_free(struct yq_kis_stream *s)
{
	if (s == NULL)
		return;
	yq_kis_line_leave(s);
	free(s);
}
