/* refuse.c - report and set aside what nobody can read. */
#include "bus/refuse.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/message.h"

#define QUOTE_MAX 200

struct refusal {
	struct yq_valkey *valkey;
	enum yq_group group;
	char entry_id[YQ_ENTRY_ID_SIZE];
};

int64_t
yq_entry_time_us(const char *entry_id)
{
	size_t digits = strspn(entry_id, "0123456789");
	char text[YQ_ENTRY_ID_SIZE];
	int64_t ms = 0;

	if (!yq_str_copy_bytes(text, sizeof(text), entry_id, digits) ||
	    !yq_str_to_int64(text, 0, INT64_MAX / 1000, &ms))
		return 0;
	return ms * YQ_US_PER_MS;
}

void
yq_entry_before(const char *entry_id, char id[YQ_ENTRY_ID_SIZE])
{
	char ms_text[YQ_ENTRY_ID_SIZE];
	size_t length = strcspn(entry_id, "-");
	int64_t ms = 0, seq = 0;

	if (!yq_str_copy_bytes(ms_text, sizeof(ms_text), entry_id, length) ||
	    !yq_str_to_int64(ms_text, 0, INT64_MAX, &ms) ||
	    !yq_str_to_int64(entry_id + length + 1, 0, INT64_MAX, &seq))
		YQ_PANIC("%s is no entry's id", entry_id);
	if (seq > 0)
		yq_str_format(id, YQ_ENTRY_ID_SIZE, "%lld-%lld", (long long)ms, (long long)seq - 1);
	else
		yq_str_format(id, YQ_ENTRY_ID_SIZE, "%lld-18446744073709551615", (long long)ms - 1);
}

/* Printable ASCII as it stands, everything else as a dot: whatever came is shown, and harms
 * nobody. */
static void
quote(char *target, size_t size, const char *payload, size_t length)
{
	size_t count = length < size - 1 ? length : size - 1;

	for (size_t i = 0; i < count; i++)
		target[i] = payload[i] >= ' ' && payload[i] <= '~' ? payload[i] : '.';
	target[count] = '\0';
}

static void
report(struct yq_valkey *valkey, const char *where, const char *identity, int64_t time_us,
    const char *payload, size_t length, const char *app, const struct yq_err *why, yq_done_fn *fn,
    void *cookie)
{
	struct yq_notification notification = {
		.kind = YQ_NOTIFICATION_SYSTEM,
		.severity = YQ_SEVERITY_WARNING,
		.timestamp_us = time_us,
	};
	struct yq_buf buf = yq_buf_make(YQ_MESSAGE_MAX);
	char shown[QUOTE_MAX + 1];

	notification.id = yq_id_named(identity, strlen(identity));
	yq_str_copy_cut(notification.app, sizeof(notification.app), app);
	quote(shown, sizeof(shown), payload, length);
	yq_str_format(notification.text, sizeof(notification.text),
	    "A message on %s cannot be read and was set aside: %s. It was (%zu bytes): %s", where,
	    why->text, length, shown);
	yq_warn("%s", notification.text);
	yq_message_encode_notification(&notification, &buf);
	yq_step_notify(valkey, yq_buf_text(&buf), buf.length, fn, cookie);
	yq_buf_free(&buf);
}

static void
on_reported(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct refusal *refusal = cookie;
	const char *id = refusal->entry_id;

	if (rc == YQ_OK)
		yq_step_ack(refusal->valkey, refusal->group, NULL, &id, 1, NULL, NULL);
	else
		yq_warn("entry %s could not be set aside: %s", id, err->text);
	free(refusal);
}

void
yq_refuse_entry(struct yq_valkey *valkey, enum yq_group group, const struct yq_entry *entry,
    const char *app, const struct yq_err *why)
{
	struct refusal *refusal = yq_xcalloc(1, sizeof(*refusal));
	const char *stream = yq_key_name(yq_groups[group].stream);
	char identity[128];

	refusal->valkey = valkey;
	refusal->group = group;
	yq_str_copy_cut(refusal->entry_id, sizeof(refusal->entry_id), entry->id);
	yq_str_format(identity, sizeof(identity), "refused %s %s", stream, entry->id);
	report(valkey, stream, identity, yq_entry_time_us(entry->id), entry->payload, entry->length,
	    app, why, on_reported, refusal);
}

void
yq_refuse_message(struct yq_valkey *valkey, enum yq_key channel, const char *payload, size_t length,
    const char *app, const struct yq_err *why)
{
	const char *name = yq_key_name(channel);
	struct yq_id id = yq_id_random();
	char identity[128];

	yq_str_format(identity, sizeof(identity), "refused %s %s", name, id.text);
	report(valkey, name, identity, yq_clock_now_us(yq_clock_system()), payload, length, app,
	    why, NULL, NULL);
}
