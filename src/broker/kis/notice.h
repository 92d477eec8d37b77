/*
 * notice.h - what KIS's stream says: notices of orders, trades, and answers to subscriptions. Pure.
 *
 * A message is JSON (an answer, or PINGPONG, which is to be echoed) or `enc|tr_id|count|f1^f2^...`,
 * where enc is 1 when all behind the third bar is base64 of AES-256-CBC.  Records follow each other
 * without a mark; how many fields one has follows from the count, so that fields may be added.
 */
#ifndef YQ_BROKER_KIS_NOTICE_H
#define YQ_BROKER_KIS_NOTICE_H

#include "base/buf.h"
#include "broker/kis/decode.h"

#define YQ_KIS_RECORDS_MAX 1024 /* of one message */
#define YQ_KIS_PLAIN_MAX   (256 << 10)

/* Of a subscription to notices: 32 and 16 printable bytes, used as they are. */
struct yq_kis_cipher {
	char key[33], iv[17]; /* "" = none */
};

enum yq_kis_message_kind {
	YQ_KIS_PING,   /* send the same bytes back */
	YQ_KIS_STATUS, /* `status` */
	YQ_KIS_DATA,   /* `feed`, records */
};

struct yq_kis_message {
	enum yq_kis_message_kind kind;
	enum yq_kis_feed feed; /* of YQ_KIS_STATUS only where `has_feed` */
	bool has_feed;
	/* YQ_KIS_STATUS */
	bool is_ok, is_there; /* taken; was taken before */
	char code[YQ_KIS_CODE_SIZE], text[128], key[64];
	struct yq_kis_cipher cipher; /* "" = none in it */
	/* YQ_KIS_DATA */
	bool encrypted;
	size_t count;
	const char *payload; /* borrowed from the message */
	size_t payload_length;
};
/* YQ_E_INVALID: it is none of these. */
YQ_NODISCARD enum yq_rc yq_kis_message_read(
    const char *bytes, size_t length, struct yq_kis_message *message, struct yq_err *err);

/* Base64, AES-256-CBC, PKCS#7; `plain` must have a maximum of YQ_KIS_PLAIN_MAX.  YQ_E_INVALID: the
 * key is wrong, or it is no such text.  YQ_E_NOT_FOUND: OpenSSL's libcrypto is not installed. */
YQ_NODISCARD enum yq_rc yq_kis_decrypt(const struct yq_kis_cipher *cipher, const char *base64,
    size_t length, struct yq_buf *plain, struct yq_err *err);

/* The records of a payload: `fields` are borrowed from it. */
struct yq_kis_record {
	const char *fields[64];
	size_t lengths[64];
	size_t count; /* of fields; beyond 64 they are not kept */
};
/* Calls `fn` for each; YQ_E_INVALID when the payload does not hold `count` records of one length.
 */
typedef enum yq_rc yq_kis_record_fn(
    void *cookie, const struct yq_kis_record *record, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_kis_records_each(const char *payload, size_t length, size_t count,
    yq_kis_record_fn *fn, void *cookie, struct yq_err *err);

enum yq_kis_notice_kind {
	YQ_KIS_TAKEN,	 /* an order, a change or a cancel has come to the exchange */
	YQ_KIS_DONE,	 /* a change or a cancel is in force */
	YQ_KIS_ENDED,	 /* what was left of an IOC or FOK is canceled */
	YQ_KIS_REJECTED, /* the exchange does not take it */
	YQ_KIS_FILL,
};

struct yq_kis_notice {
	enum yq_kis_notice_kind kind;
	enum yq_kis_row_kind what; /* an order, a change, a cancel */
	char account[17];
	char number[YQ_KIS_NUMBER_SIZE], origin[YQ_KIS_NUMBER_SIZE]; /* origin "" = none */
	char branch[YQ_KIS_BRANCH_SIZE];
	enum yq_action action;
	char ticker[YQ_TICKER_SIZE];
	struct yq_decimal qty;	 /* executed, of YQ_KIS_FILL */
	struct yq_decimal price; /* of it, as written: see yq_kis_notice_price */
	bool price_has_point;	 /* ... and then that is the price */
	struct yq_decimal whole; /* ordered; 0 = not told */
	int32_t seconds;	 /* of the day in Seoul */
	uint64_t hash;		 /* of everything it says */
};
YQ_NODISCARD enum yq_rc yq_kis_notice_read(const struct yq_kis_record *record, bool domestic,
    struct yq_kis_notice *notice, struct yq_err *err);
/* Prices abroad have no point: where it would be follows from the exchange. */
struct yq_decimal yq_kis_notice_price(
    const struct yq_kis_notice *notice, enum yq_exchange exchange);

struct yq_kis_tick {
	bool has_exchange; /* abroad, where the record names it */
	enum yq_exchange exchange;
	char ticker[YQ_TICKER_SIZE];
	struct yq_decimal price;
	struct yq_opt_decimal change_rate;
};
YQ_NODISCARD enum yq_rc yq_kis_tick_read(const struct yq_kis_record *record, bool domestic,
    struct yq_kis_tick *tick, struct yq_err *err);

#endif
