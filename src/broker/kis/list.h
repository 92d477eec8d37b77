/* list.h - the lists in KIS's answers, for the decoders. */
#ifndef YQ_BROKER_KIS_LIST_H
#define YQ_BROKER_KIS_LIST_H

#include "base/json.h"
#include "domain/terms.h"

/* An array; or an object, which stands for its only element, or when empty for none. */
struct yq_kis_list {
	const yq_json *json, *only;
	size_t count;
};
YQ_NODISCARD enum yq_rc yq_kis_list(
    const yq_json *root, const char *name, struct yq_kis_list *list, struct yq_err *err);
const yq_json *yq_kis_list_at(const struct yq_kis_list *list, size_t index);
/* "output1[3]: " before the error. */
enum yq_rc yq_kis_list_context(const char *name, size_t index, enum yq_rc rc, struct yq_err *err);

/* An exchange by its OVRS_EXCG_CD, and a ticker. */
YQ_NODISCARD enum yq_rc yq_kis_exchange_in(
    const yq_json *row, const char *name, enum yq_exchange *exchange, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_kis_ticker_in(
    const yq_json *row, const char *name, char ticker[YQ_TICKER_SIZE], struct yq_err *err);

#endif
