/* account_try.c - an account at a real broker, tried, on a loop of its own. */
#include "console/account_try.h"

#include <string.h>
#include <uv.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "broker/open.h"

#define AGAIN_MS    500 /* a broker that is not ready yet: its token is on the way */
#define NOTICES_MAX 1024
#define BUSY_TEXT   "no answer in time"

static const char *const texts[] = { "balances", "positions", "open orders", "price" };
const struct yq_names yq_try_names = { "check", texts, YQ_COUNT(texts) };

/* What costs something everywhere, of each broker. */
static const struct sample {
	enum yq_exchange exchange;
	const char *ticker;
} samples[YQ_BROKER_KIND_COUNT] = {
	[YQ_BROKER_ALPACA] = { YQ_NASDAQ, "AAPL" },
	[YQ_BROKER_KIS] = { YQ_KRX, "005930" },
};

struct trial {
	uv_loop_t loop;
	uv_timer_t again, beat;
	struct yq_broker *broker;
	enum yq_broker_kind kind;
	struct yq_try_result *result;
	int next; /* of enum yq_try */
	int64_t until_ns;
	bool over;
	struct yq_buf notices; /* what the broker has to say of the account, behind its balances */
};

static void ask(struct trial *trial);

static void
finish(struct trial *trial)
{
	trial->over = true;
	uv_stop(&trial->loop);
}

static void
on_again(uv_timer_t *timer)
{
	ask(timer->data);
}

/* The answer to the question at hand; `text` is what was found. */
static void
answered(struct trial *trial, enum yq_rc rc, const char *text, const struct yq_err *err)
{
	bool works = rc == YQ_OK;

	if (trial->over)
		return;
	yq_str_copy_cut(
	    trial->result->rows[trial->next].text, YQ_TRY_TEXT_SIZE, works ? text : err->text);
	if (rc == YQ_E_RETRY && yq_clock_monotonic_ns(yq_clock_system()) < trial->until_ns) {
		(void)uv_timer_start(&trial->again, on_again, AGAIN_MS, 0);
		return;
	}
	trial->result->rows[trial->next].works = works;
	/* Who does not take the keys is not asked three times more. */
	if (!works && trial->next == YQ_TRY_BALANCES) {
		finish(trial);
		return;
	}
	if (++trial->next == YQ_TRY_COUNT)
		finish(trial);
	else
		ask(trial);
}

static void
on_balances(void *cookie, enum yq_rc rc, const struct yq_broker_balance *balances, size_t count,
    const struct yq_err *err)
{
	struct yq_buf text = yq_buf_make(YQ_TRY_TEXT_SIZE + NOTICES_MAX);

	for (size_t i = 0; i < count; i++) {
		char number[YQ_DECIMAL_TEXT_SIZE];

		yq_decimal_format(balances[i].amount, number);
		yq_buf_add_format(&text, "%s%s %s", i > 0 ? ", " : "",
		    yq_names_text(&yq_currency_names, (int)balances[i].currency), number);
	}
	if (count == 0)
		yq_buf_add_text(&text, "none");
	yq_buf_add_text(&text, yq_buf_text(&((struct trial *)cookie)->notices));
	answered(cookie, rc, yq_buf_text(&text), err);
	yq_buf_free(&text);
}

static void
count_answered(struct trial *trial, enum yq_rc rc, size_t count, const struct yq_err *err)
{
	char text[32];

	yq_str_format(text, sizeof(text), "%zu", count);
	answered(trial, rc, text, err);
}

static void
on_positions(void *cookie, enum yq_rc rc, const struct yq_position *positions, size_t count,
    const struct yq_err *err)
{
	(void)positions;
	count_answered(cookie, rc, count, err);
}

static void
on_orders(void *cookie, enum yq_rc rc, const struct yq_broker_order *orders, size_t count,
    const struct yq_err *err)
{
	(void)orders;
	count_answered(cookie, rc, count, err);
}

static void
on_price(void *cookie, enum yq_rc rc, const struct yq_broker_quote *quote, const struct yq_err *err)
{
	char text[128] = "", number[YQ_DECIMAL_TEXT_SIZE];

	if (rc == YQ_OK) {
		yq_decimal_format(quote->price, number);
		yq_str_format(text, sizeof(text), "%s %s", quote->ticker, number);
	}
	answered(cookie, rc, text, err);
}

static void
ask(struct trial *trial)
{
	const struct sample *sample = &samples[trial->kind];

	switch ((enum yq_try)trial->next) {
	case YQ_TRY_BALANCES:
		yq_broker_balances(trial->broker, on_balances, trial);
		break;
	case YQ_TRY_POSITIONS:
		yq_broker_positions(trial->broker, on_positions, trial);
		break;
	case YQ_TRY_ORDERS:
		yq_broker_open_orders(trial->broker, on_orders, trial);
		break;
	case YQ_TRY_PRICE:
	case YQ_TRY_COUNT:
		yq_broker_price(trial->broker, sample->exchange, sample->ticker, on_price, trial);
		break;
	}
}

static void
on_beat(uv_timer_t *timer)
{
	struct trial *trial = timer->data;
	char *text = trial->result->rows[trial->next < YQ_TRY_COUNT ? trial->next : 0].text;

	if (trial->over || yq_clock_monotonic_ns(yq_clock_system()) < trial->until_ns)
		return;
	if (text[0] == '\0')
		yq_str_copy_cut(text, YQ_TRY_TEXT_SIZE, BUSY_TEXT);
	finish(trial);
}

static void
on_event(void *cookie, const struct yq_broker_event *events, size_t count)
{
	struct trial *trial = cookie;

	for (size_t i = 0; i < count; i++)
		if (events[i].kind == YQ_BROKER_EV_NOTICE)
			yq_buf_add_format(&trial->notices, "; %s", events[i].text);
}

enum yq_rc
yq_account_open_broker(uv_loop_t *loop, const struct yq_config *config,
    const struct yq_account_settings *account, yq_broker_event_fn *told, void *cookie,
    struct yq_broker **ret_broker, struct yq_err *err)
{
	struct yq_account_keys keys = yq_settings_account_keys(config, account);
	const struct yq_open_spec spec = { .loop = loop,
		.clock = yq_clock_system(),
		.live = account->live,
		.base_url = account->base_url,
		.number = account->number,
		.section = yq_settings_account_section(config, account),
		.key = keys.key,
		.secret = keys.secret,
		.only_asks = true,
		.on_event = told,
		.event_cookie = cookie };

	switch (account->broker) {
	case YQ_BROKER_ALPACA:
		return yq_open_alpaca(&spec, ret_broker, err);
	case YQ_BROKER_KIS:
		return yq_open_kis(&spec, ret_broker, err);
	case YQ_BROKER_PAPER:
	case YQ_BROKER_KIND_COUNT:
		break;
	}
	return yq_err_set(err, YQ_E_INVALID,
	    "account %s is a paper account: there is no broker to ask", account->alias);
}

static void
timer_begin(struct trial *trial, uv_timer_t *timer)
{
	(void)uv_timer_init(&trial->loop, timer);
	timer->data = trial;
}

enum yq_rc
yq_account_try(const struct yq_config *config, const struct yq_account_settings *account,
    unsigned limit_s, struct yq_try_result *result, struct yq_err *err)
{
	struct trial trial = {
		.kind = account->broker, .result = result, .notices = yq_buf_make(NOTICES_MAX)
	};
	enum yq_rc rc;

	*result = (struct yq_try_result){ .works = false };
	if (uv_loop_init(&trial.loop) != 0)
		return yq_err_set(err, YQ_E_SYSTEM, "cannot make an event loop");
	timer_begin(&trial, &trial.again);
	timer_begin(&trial, &trial.beat);
	trial.until_ns = yq_clock_monotonic_ns(yq_clock_system()) + (int64_t)limit_s * 1000000000;
	rc = yq_account_open_broker(
	    &trial.loop, config, account, on_event, &trial, &trial.broker, err);
	if (rc == YQ_OK) {
		(void)uv_timer_start(&trial.beat, on_beat, 100, 100);
		ask(&trial);
		(void)uv_run(&trial.loop, UV_RUN_DEFAULT);
		trial.over = true;
		yq_broker_free(trial.broker);
	}
	uv_close((uv_handle_t *)&trial.again, NULL);
	uv_close((uv_handle_t *)&trial.beat, NULL);
	(void)uv_run(&trial.loop, UV_RUN_DEFAULT); /* handles close */
	(void)uv_loop_close(&trial.loop);
	yq_buf_free(&trial.notices);
	result->works = true;
	for (int i = 0; i < YQ_TRY_COUNT; i++)
		if (!result->rows[i].works && i != YQ_TRY_PRICE)
			result->works = false;
	return rc;
}
