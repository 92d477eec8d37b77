/* catalog_audit.c - a sync of the catalog as a row of the audit trail, within its transaction. */
#include "store/catalog_audit.h"
#include "base/str.h"
#include "store/audit.h"

#define REQUEST_MAX 16384
#define TRIES	    5

static struct yq_catalog_change
sum_of(const struct yq_catalog_load *load, const struct yq_catalog_change *changes)
{
	struct yq_catalog_change sum = { 0 };

	for (size_t i = 0; i < load->count; i++) {
		sum.added += changes[i].added;
		sum.changed += changes[i].changed;
		sum.same += changes[i].same;
		sum.returned += changes[i].returned;
		sum.delisted += changes[i].delisted;
	}
	return sum;
}

static void
put_count(struct yq_json_writer *w, const char *name, size_t count)
{
	yq_json_put_int(w, name, (int64_t)count);
}

/* All of it, by exchange; the row's texts are for people and may be cut. */
static void
write_request(const struct yq_catalog_load *load, const struct yq_catalog_change *changes,
    struct yq_buf *request)
{
	struct yq_json_writer w = yq_json_writer_make(request);

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "Verb", "sync");
	yq_json_put_bool(&w, "Force", load->force);
	yq_json_name(&w, "Exchanges");
	yq_json_begin_array(&w);
	for (size_t i = 0; i < load->count; i++) {
		yq_json_begin_object(&w);
		yq_json_put_text(&w, "Exchange",
		    yq_names_text(&yq_exchange_names, (int)load->parts[i].exchange));
		yq_json_put_text(&w, "Source", load->parts[i].source);
		put_count(&w, "Issues", load->parts[i].count);
		put_count(&w, "New", changes[i].added);
		put_count(&w, "Changed", changes[i].changed);
		put_count(&w, "Same", changes[i].same);
		put_count(&w, "Back", changes[i].returned);
		put_count(&w, "Delisted", changes[i].delisted);
		yq_json_end_object(&w);
	}
	yq_json_end_array(&w);
	yq_json_end_object(&w);
}

static void
name_exchanges(const struct yq_catalog_load *load, char *text, size_t size)
{
	struct yq_buf names = yq_buf_make(1024);

	for (size_t i = 0; i < load->count; i++)
		yq_buf_add_format(&names, "%s%s", i > 0 ? " " : "",
		    yq_names_text(&yq_exchange_names, (int)load->parts[i].exchange));
	yq_str_copy_cut(text, size, yq_buf_text(&names));
	yq_buf_free(&names);
}

/* Of all parts: they come from one place, but for those that the settings name by themselves. */
static void
name_sources(const struct yq_catalog_load *load, char *text, size_t size)
{
	struct yq_buf names = yq_buf_make(65536);

	for (size_t i = 0; i < load->count; i++)
		if (i == 0 || !yq_str_equal(load->parts[i].source, load->parts[i - 1].source))
			yq_buf_add_format(&names, "%s%s", i > 0 ? " " : "", load->parts[i].source);
	yq_str_copy_cut(text, size, yq_buf_text(&names));
	yq_buf_free(&names);
}

enum yq_rc
yq_catalog_audit(struct yq_tx *tx, const struct yq_catalog_load *load,
    const struct yq_catalog_change *changes, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf request = yq_buf_make(REQUEST_MAX);
	const struct yq_catalog_change sum = sum_of(load, changes);
	struct yq_audit_row row = { .id = yq_id_random(),
		.at_us = load->now_us,
		.recorded_us = load->now_us,
		.hand = *load->hand };
	enum yq_rc rc = YQ_E_RETRY;

	write_request(load, changes, &request);
	row.request = yq_buf_text(&request);
	yq_str_copy_cut(row.verb, sizeof(row.verb), "catalog");
	yq_str_copy_cut(row.outcome, sizeof(row.outcome), "applied");
	name_exchanges(load, row.target, sizeof(row.target));
	name_sources(load, row.reason, sizeof(row.reason));
	(void)yq_str_format(row.after, sizeof(row.after),
	    "%zu new, %zu changed, %zu same, %zu back, %zu delisted", sum.added, sum.changed,
	    sum.same, sum.returned, sum.delisted);
	/* Rows are numbered: another one may have been given the number meanwhile. */
	for (int i = 0; rc == YQ_E_RETRY && i < TRIES; i++)
		rc = yq_audit_put(tx, &row, err);
	return rc;
}
