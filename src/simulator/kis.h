/*
 * kis.h - the face that speaks the REST API of Korea Investment & Securities, real (/kis) and
 * virtual (/kis-virtual): what its files share.
 *
 * A transaction is a path and a tr_id; one table has them all (kis_table.c).  Values are texts, in
 * answers too.  The account is CANO and ACNT_PRDT_CD; it belongs to the first key that names it.
 */
#ifndef YQ_SIMULATOR_KIS_H
#define YQ_SIMULATOR_KIS_H

#include "simulator/sim.h"

#define KIS_ORGNO "91252" /* KRX_FWDG_ORD_ORGNO: one branch has all orders */

struct kis_tr;
typedef void kis_handler_fn(struct sim_call *call, const struct kis_tr *tr);

/* What an exchange is called: in orders, in quotes, as a nation. */
struct kis_exchange {
	enum yq_exchange exchange;
	const char *order, *quote, *nation;
};
const struct kis_exchange *kis_exchange_by_order(const char *code); /* NULL = none */
const struct kis_exchange *kis_exchange_by_quote(const char *code);
const struct kis_exchange *kis_exchange_of(enum yq_exchange exchange); /* overseas; or NULL */

struct kis_tr {
	const char *path;	    /* below the prefix */
	const char *real, *virtual; /* tr_id; virtual NULL = of the real host alone */
	kis_handler_fn *handle;
	const char *needs; /* parameters that must be there, separated by blanks */
	enum yq_action action;
	enum yq_country country; /* of the orders that it is for */
	unsigned places;	 /* 100 or 200: of the paging areas' names; 0 = it has no pages */
	bool cancel_only, daytime;
};
extern const struct kis_tr kis_trs[];
extern const size_t kis_tr_count;

bool kis_is_virtual(const struct sim_call *call);

/* ---- kis_text.c ---- */

/* A parameter: of the query, or of the body; "" when it is not there or no text. */
const char *kis_param(const struct sim_call *call, const char *name);
/* One that is a number of at most 8 places; false: it is none. */
bool kis_number(const struct sim_call *call, const char *name, struct yq_decimal *value);
/* Open the answer, and in it what is called `name`. */
void kis_begin(struct sim_call *call, const char *name);
void kis_put(struct yq_json_writer *w, const char *name, const char *text);
void kis_put_decimal(
    struct yq_json_writer *w, const char *name, struct yq_decimal value, unsigned places);
/* "0000000042"; 0 gives "". */
#define KIS_ODNO_SIZE 24
void kis_odno(int64_t number, char text[KIS_ODNO_SIZE]);
int64_t kis_odno_read(const char *text); /* 0 = it is none */
/* "20261123" and "093001" in the zone of a country; of Korea's where there is no calendar. */
void kis_date_text(
    const struct sim_call *call, enum yq_country country, int64_t instant_us, char text[16]);
void kis_time_text(const struct sim_call *call, int64_t instant_us, char text[16]);

/* ---- kis.c ---- */

/* Refuse: {"rt_cd":"1",...}.  Gateway errors (EGW...) have status 500, others 200. */
void kis_refuse(struct sim_call *call, const char *code, const char *text);
/* The end of an answer whose object is open: rt_cd, msg_cd, msg1. */
void kis_end(struct sim_call *call, const char *code, const char *text);
#define KIS_OK_INQUIRY "KIOK0510", "조회가 완료되었습니다"
#define KIS_OK_PRICE   "MCA00000", "정상처리 되었습니다."
#define KIS_OK_ORDER   "APBK0013", "주문 전송 완료 되었습니다."

/* Which rows an answer holds: begin with kis_page, ask kis_page_has for each row there is, end with
 * kis_page_end, which writes the areas and the header tr_cont. */
struct kis_page {
	int64_t from, most, at;
	unsigned places;
	bool first;
};
struct kis_page kis_page(struct sim_call *call, const struct kis_tr *tr, int64_t most);
bool kis_page_has(struct kis_page *page);
void kis_page_end(struct sim_call *call, const struct kis_page *page);

/* ---- handlers ---- */
kis_handler_fn kis_price, kis_balance, kis_power, kis_fills, kis_open_orders, kis_holidays;
kis_handler_fn kis_overseas_price, kis_overseas_balance, kis_overseas_deposits, kis_foreign_margin,
    kis_overseas_power, kis_overseas_fills, kis_overseas_open, kis_overseas_holidays;
kis_handler_fn kis_order, kis_change, kis_overseas_order, kis_overseas_change;
sim_handler_fn kis_token, kis_revoke, kis_approval, kis_hashkey;

/* The key that an approval key was given for; NULL = none. */
const char *kis_key_of_approval(struct sim *sim, const char *approval);

/* NULL = the token is right; else why not, as a code and a text. */
const char *kis_token_fault(struct sim_call *call, const char **ret_text);
void kis_tokens_expire(struct sim *sim);

/* ---- kis_stream.c, kis_push.c ---- */
bool kis_upgrade(struct sim *sim, struct yq_http_request *request, const char *path);
bool kis_virtual_upgrade(struct sim *sim, struct yq_http_request *request, const char *path);
void kis_push(struct sim *sim, const struct sim_event *event);
void kis_stream_tick(struct sim *sim);
void kis_disconnect(struct sim *sim);

#endif
