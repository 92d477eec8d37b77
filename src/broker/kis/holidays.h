/*
 * holidays.h - KIS's word on which days the exchange in Korea is open.  Of real accounts alone.
 *
 * KIS asks for no more than one such question a day: whoever asks keeps count.
 */
#ifndef YQ_BROKER_KIS_HOLIDAYS_H
#define YQ_BROKER_KIS_HOLIDAYS_H

#include "base/json.h"
#include "broker/broker.h"
#include "domain/days.h"

#define YQ_KIS_DAYS_MAX 400

struct yq_kis_day {
	yq_date date;
	bool open; /* orders are taken */
};

/* By date; `days` is borrowed.  A fault says that the list is none: nothing of it may be used. */
typedef void yq_kis_holidays_fn(void *cookie, enum yq_rc rc, const struct yq_kis_day *days,
    size_t count, const struct yq_err *err);
/* The days from `from` on, as many as one answer has.  `broker` is one of yq_kis_open. */
void yq_kis_holidays(struct yq_broker *broker, yq_date from, yq_kis_holidays_fn *fn, void *cookie);

/* YQ_E_INVALID names the field. */
YQ_NODISCARD enum yq_rc yq_kis_decode_holidays(const yq_json *root,
    struct yq_kis_day days[YQ_KIS_DAYS_MAX], size_t *ret_count, struct yq_err *err);

#endif
