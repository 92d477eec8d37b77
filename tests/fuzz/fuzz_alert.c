/* fuzz_alert.c - any bytes as the body of an alert: a signal that is whole, or a fault that says
 * why.
 */
#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "domain/alert.h"

#include "fuzz.h"

#define NOW_US INT64_C(1795391215000000)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yq_alert_fault fault = { "", "" };
	struct yq_err err = { .rc = YQ_OK };
	char strategy[YQ_STRATEGY_SIZE];
	struct yq_signal signal;
	struct yq_alert alert;
	size_t length = 0;

	if (size > YQ_ALERT_BODY_MAX)
		return 0;
	if (!yq_alert_open(&alert, (const char *)data, size, &fault)) {
		assert(fault.text[0] != '\0');
		return 0;
	}
	(void)yq_alert_secret(&alert, &length);
	(void)yq_alert_own_id(&alert, &length);
	yq_alert_strategy(&alert, strategy);
	if (yq_alert_read(&alert, NOW_US, &signal, &fault)) {
		signal.id = yq_id_named("x", 1);
		assert(yq_signal_check(&signal, &err) == YQ_OK);
		assert(signal.timestamp_us <= NOW_US && signal.timestamp_us > 0);
		assert(yq_str_equal(signal.strategy, strategy));
	} else {
		assert(fault.field[0] != '\0' && fault.text[0] != '\0');
	}
	yq_alert_clear(&alert);
	return 0;
}
