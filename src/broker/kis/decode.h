/*
 * decode.h - what KIS answers: the envelope, and what is in it.  Pure.
 *
 * Two envelopes exist: {rt_cd, msg_cd, msg1, output...} of the services, and
 * {error_code, error_description} of the key service.  In front of both there may be a web server
 * with a page of its own.  Everything is read whole or refused with the field's name; an error
 * carries KIS's own code and text.
 */
#ifndef YQ_BROKER_KIS_DECODE_H
#define YQ_BROKER_KIS_DECODE_H

#include "base/json.h"
#include "base/zone.h"
#include "broker/broker.h"
#include "broker/kis/encode.h"

#define YQ_KIS_CODE_SIZE 16

/* What to do besides passing the error on. */
enum yq_kis_advice {
	YQ_KIS_NOTHING,
	YQ_KIS_RENEW, /* the token is not taken (any more) */
	YQ_KIS_SLOW,  /* too many calls */
};

struct yq_kis_answer {
	yq_json *root;			 /* owned; NULL unless YQ_OK */
	char msg_code[YQ_KIS_CODE_SIZE]; /* "APBK0013", "" = none */
	enum yq_kis_advice advice;
	bool more; /* there is another page */
	bool last; /* it says that there is none; with neither it says nothing */
};

/*
 * The envelope of an answer of HTTP status `status`; `tr_cont` is the header (NULL = none).
 * `acts`: it answers an order, a change or a cancel, which may have been taken even so.
 *   YQ_E_REFUSED  KIS says no: final.
 *   YQ_E_RETRY    provably not taken, and may be asked again: too many calls, or the token.
 *   YQ_E_UNKNOWN  it cannot be told; of a question, too.
 */
YQ_NODISCARD enum yq_rc yq_kis_answer_read(int status, const char *tr_cont, const char *body,
    size_t length, bool acts, struct yq_kis_answer *answer, struct yq_err *err);
void yq_kis_answer_free(struct yq_kis_answer *answer);

/* All of the following: YQ_E_INVALID names the field. */

/* Of an order, a change, a cancel. */
struct yq_kis_ack {
	char number[YQ_KIS_NUMBER_SIZE];
	char branch[YQ_KIS_BRANCH_SIZE]; /* "" abroad */
	int32_t seconds;		 /* of the day in Seoul; -1 = not told */
};
YQ_NODISCARD enum yq_rc yq_kis_decode_ack(
    const yq_json *root, struct yq_kis_ack *ack, struct yq_err *err);

/* Where the next page begins; `page->more` is false behind the last.  A page with a key to another
 * one that does not say which it is, is refused: it might pass for the last. */
YQ_NODISCARD enum yq_rc yq_kis_decode_page(const struct yq_kis_answer *answer, bool domestic,
    struct yq_kis_page *page, struct yq_err *err);

/* ---- orders ---- */

/* The zones of the exchanges' dates. */
struct yq_kis_zones {
	struct yq_zone *of[YQ_COUNTRY_COUNT]; /* owned */
};
YQ_NODISCARD enum yq_rc yq_kis_zones_load(struct yq_kis_zones *zones, struct yq_err *err);
void yq_kis_zones_free(struct yq_kis_zones *zones);
const struct yq_zone *yq_kis_zone(const struct yq_kis_zones *zones, enum yq_exchange exchange);
/* The date of an instant there. */
void yq_kis_date_at(const struct yq_kis_zones *zones, enum yq_exchange exchange, int64_t instant_us,
    char date[YQ_KIS_DATE_SIZE]);

enum yq_kis_row_kind {
	YQ_KIS_ROW_ORDER,
	YQ_KIS_ROW_MODIFY, /* abroad it says so; at home it is one that names an origin */
	YQ_KIS_ROW_CANCEL,
};

/* One line of the order book: an order, or a change of one, which has a number of its own. */
struct yq_kis_row {
	char date[YQ_KIS_DATE_SIZE]; /* of the exchange */
	char number[YQ_KIS_NUMBER_SIZE];
	char origin[YQ_KIS_NUMBER_SIZE]; /* what it changes; "" = nothing */
	char branch[YQ_KIS_BRANCH_SIZE];
	enum yq_kis_row_kind kind;
	enum yq_exchange exchange;
	char ticker[YQ_TICKER_SIZE];
	enum yq_action action;
	struct yq_decimal qty, price;	 /* price 0: at the market */
	struct yq_decimal filled, value; /* executed, and the sum of quantity x price */
	struct yq_decimal left, rejected;
	bool canceled;
	char text[128]; /* why it was rejected */
	int64_t time_us;
};

struct yq_kis_rows {
	struct yq_kis_row *list; /* owned */
	size_t count;
};
#define YQ_KIS_ROWS_MAX 10000
/* Adds the rows of one page.  At home `exchange` is where they are said to be; abroad it is not
 * looked at: the rows name it. */
YQ_NODISCARD enum yq_rc yq_kis_decode_orders(const yq_json *root, bool domestic,
    enum yq_exchange exchange, const struct yq_kis_zones *zones, struct yq_kis_rows *rows,
    struct yq_err *err);
void yq_kis_rows_free(struct yq_kis_rows *rows);

/* ---- positions, cash, prices ---- */

struct yq_kis_positions {
	struct yq_position *list; /* owned; without alias and reason */
	size_t count;
};
#define YQ_KIS_POSITIONS_MAX 20000
YQ_NODISCARD enum yq_rc yq_kis_decode_positions(const yq_json *root, bool domestic,
    enum yq_exchange exchange, struct yq_kis_positions *positions, struct yq_err *err);
void yq_kis_positions_free(struct yq_kis_positions *positions);

/* Cash at home: what there is when everything traded so far is settled. */
YQ_NODISCARD enum yq_rc yq_kis_decode_won(
    const yq_json *root, struct yq_decimal *amount, struct yq_err *err);
/* Cash in currencies that are not ours (KIS deals in more), each by its code; of none it is zero.
 * More than fit are left out. */
#define YQ_KIS_STRANGE_MAX 16
struct yq_kis_strange {
	struct {
		char code[4];
		struct yq_decimal amount;
	} list[YQ_KIS_STRANGE_MAX];
	size_t count;
};
struct yq_kis_cash {
	struct yq_opt_decimal of[YQ_CURRENCY_COUNT]; /* what is not told stays unset */
	struct yq_kis_strange strange;
};
/* Of each foreign currency.  A virtual account is told what an order on `exchange` may cost. */
YQ_NODISCARD enum yq_rc yq_kis_decode_cash(const yq_json *root, bool is_virtual,
    enum yq_exchange exchange, struct yq_kis_cash *cash, struct yq_err *err);

/* YQ_E_NOT_FOUND: KIS knows no price of it. */
YQ_NODISCARD enum yq_rc yq_kis_decode_price(const yq_json *root, bool domestic,
    struct yq_decimal *price, struct yq_opt_decimal *change_rate, struct yq_err *err);

/* ---- keys; `root` holds a secret: free it wiped ---- */

/* `text` is borrowed from `root`; the life in seconds from `now_us`.  Asked again within six hours
 * KIS gives the same token: the moment that it names as the end counts where it comes sooner. */
YQ_NODISCARD enum yq_rc yq_kis_decode_token(
    const yq_json *root, int64_t now_us, const char **text, int64_t *life_s, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_kis_decode_approval(
    const yq_json *root, const char **text, struct yq_err *err);

#endif
