/*
 * encode.h - what is asked of KIS: bodies, queries, headers.  Pure.
 *
 * Everything is a text, numbers too; a body's names are upper case.  What KIS does not take is
 * refused here, by a sentence, before anything is sent.
 */
#ifndef YQ_BROKER_KIS_ENCODE_H
#define YQ_BROKER_KIS_ENCODE_H

#include "base/buf.h"
#include "broker/kis/codes.h"
#include "domain/exit_way.h"
#include "domain/order.h"

#define YQ_KIS_NUMBER_SIZE  17	/* of an order at KIS: ten digits */
#define YQ_KIS_BRANCH_SIZE  9	/* KRX_FWDG_ORD_ORGNO: five digits */
#define YQ_KIS_CONTEXT_SIZE 257 /* CTX_AREA_*: up to 200, echoed as it came */
#define YQ_KIS_REQUEST_MAX  4096
#define YQ_KIS_DATE_SIZE    9 /* "20261123" */

/* Whose orders. */
struct yq_kis_account {
	char number[9];	 /* CANO: eight digits */
	char product[3]; /* ACNT_PRDT_CD: "01" */
	bool is_virtual;
	char route[4]; /* EXCG_ID_DVSN_CD of orders at home: KRX, NXT or SOR; "" = KRX */
};

/* Where the next page begins; all zero = the first. */
struct yq_kis_page {
	bool more;
	char fk[YQ_KIS_CONTEXT_SIZE], nk[YQ_KIS_CONTEXT_SIZE];
};

struct yq_kis_request {
	struct yq_kis_code code;
	bool next_page;	     /* the header tr_cont is "N" */
	struct yq_buf query; /* "A=1&B=2", escaped; of a GET */
	struct yq_buf body;  /* JSON; of a POST */
};
/* Empty; to be freed whatever the encoder returns. */
struct yq_kis_request yq_kis_request_make(void);
void yq_kis_request_free(struct yq_kis_request *request);

/* ---- orders ---- */

/*
 * The limit of an order at the market where there is none: `last` made worse by `collar_bps`
 * hundredths of a per cent, on the step that does not leave the collar; where the step is wider
 * than the collar, `last` itself on the next step that trades.  YQ_E_INVALID: no price is left.
 */
YQ_NODISCARD enum yq_rc yq_kis_collar(enum yq_exchange exchange, enum yq_action action,
    struct yq_decimal last, uint32_t collar_bps, struct yq_decimal *limit, struct yq_err *err);
/* The kinds of orders that KIS does not take on an exchange: bits of YQ_ORDER_KIND. */
uint32_t yq_kis_lacks(enum yq_exchange exchange);
/* Whether `order` goes to KIS as a limit that somebody has to find. */
bool yq_kis_needs_limit(const struct yq_order *order);

/* YQ_E_REFUSED names what KIS does not take of it.  `limit`: of an order for which
 * yq_kis_needs_limit holds, else not looked at. */
YQ_NODISCARD enum yq_rc yq_kis_encode_order(const struct yq_kis_account *account,
    const struct yq_order *order, struct yq_decimal limit, struct yq_kis_request *request,
    struct yq_err *err);

/* An order at KIS that is to be changed. */
struct yq_kis_target {
	const struct yq_order *order;
	const char *number; /* as KIS knows it now */
	const char *branch; /* of its answer; "" = not known; at home alone */
	struct yq_decimal left;
};
YQ_NODISCARD enum yq_rc yq_kis_encode_cancel(const struct yq_kis_account *account,
    const struct yq_kis_target *target, struct yq_kis_request *request, struct yq_err *err);
/* A new limit price of all that is left. */
YQ_NODISCARD enum yq_rc yq_kis_encode_modify(const struct yq_kis_account *account,
    const struct yq_kis_target *target, struct yq_decimal price, struct yq_kis_request *request,
    struct yq_err *err);

/* ---- questions; `exchange` says at home or abroad, and which ---- */

/* Orders of the days from `from` to `to`, in the exchange's time; abroad those of all exchanges. */
YQ_NODISCARD enum yq_rc yq_kis_encode_orders(const struct yq_kis_account *account,
    enum yq_exchange exchange, const char *from, const char *to, const struct yq_kis_page *page,
    struct yq_kis_request *request, struct yq_err *err);
/* A real account's NASDAQ stands for the whole US. */
YQ_NODISCARD enum yq_rc yq_kis_encode_positions(const struct yq_kis_account *account,
    enum yq_exchange exchange, const struct yq_kis_page *page, struct yq_kis_request *request,
    struct yq_err *err);
/* Cash at home; foreign cash of a real account in every currency, of a virtual one, which is told
 * no more, what an order on `exchange` may cost. */
YQ_NODISCARD enum yq_rc yq_kis_encode_cash(const struct yq_kis_account *account,
    enum yq_exchange exchange, struct yq_kis_request *request, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_kis_encode_price(enum yq_exchange exchange, const char *ticker,
    bool is_virtual, struct yq_kis_request *request, struct yq_err *err);

/* ---- keys; what holds a secret is to be wiped by the caller ---- */

/* POST /oauth2/tokenP, POST /oauth2/Approval: the two call the secret by different names. */
#define YQ_KIS_TOKEN_PATH    "/oauth2/tokenP"
#define YQ_KIS_APPROVAL_PATH "/oauth2/Approval"
void yq_kis_encode_token(const char *key, const char *secret, struct yq_buf *body);
void yq_kis_encode_approval(const char *key, const char *secret, struct yq_buf *body);

/* ---- the stream ---- */

/* "DNASAAPL" abroad, "005930" at home. */
YQ_NODISCARD bool yq_kis_tick_key(
    enum yq_exchange exchange, const char *ticker, char *key, size_t size);
void yq_kis_encode_subscribe(const char *approval_key, const char *feed_id, const char *key,
    bool begins, struct yq_buf *text);

/* Ten digits, as KIS writes order numbers; false when `text` is no such number. */
YQ_NODISCARD bool yq_kis_number_of(
    const char *text, size_t length, char number[YQ_KIS_NUMBER_SIZE]);

#endif
