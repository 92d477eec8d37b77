/*
 * config_sources.c - merging the files and the environment into one tree.
 *
 * Objects are merged name by name, ignoring case; anything else, an array too, is replaced whole.
 * A null takes back what an earlier source set.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "base/config_parts.h"
#include "base/mem.h"
#include "base/str.h"

#define FILE_MAX (1024 * 1024)

struct merge {
	struct yq_config *config;
	const char *source;
	size_t first_origin; /* origins from here on belong to this source */
	yq_json *target;
	const char *path; /* of the target */
	struct yq_config_report *report;
};

static bool merge_member(void *cookie, const char *name, const yq_json *value);

void
yq_config_add_origin(struct yq_config *config, const char *path, const char *source)
{
	config->origins =
	    yq_xrealloc(config->origins, config->origin_count + 1, sizeof(config->origins[0]));
	config->origins[config->origin_count++] = (struct yq_config_origin){
		.path = yq_xstrdup(path),
		.source = source,
	};
}

static yq_json *
unconst(const yq_json *json)
{
	return (yq_json *)(uintptr_t)json;
}

/* The name as `object` already spells it, or as given. */
static const char *
spelling(const yq_json *object, const char *name)
{
	const struct lh_entry *entry;

	lh_foreach(json_object_get_object(object), entry)
	{
		if (yq_str_equal_nocase(lh_entry_k(entry), name))
			return lh_entry_k(entry);
	}
	return name;
}

static bool
given_twice(const struct merge *m, const char *path)
{
	for (size_t i = m->first_origin; i < m->config->origin_count; i++) {
		if (yq_str_equal_nocase(m->config->origins[i].path, path))
			return true;
	}
	return false;
}

/* "A:B": value, as .NET writes it too, is {"A": {"B": value}}. */
static void
merge_compound(const struct merge *m, const char *name, const char *colon, const yq_json *value)
{
	yq_json *wrapped = json_object_new_object();
	YQ_CLEANUP(yq_freep) char *first = yq_xstrndup(name, (size_t)(colon - name));
	struct merge inner = *m;

	(void)json_object_object_add(wrapped, colon + 1, json_object_get(unconst(value)));
	(void)merge_member(&inner, first, wrapped);
	yq_json_free(wrapped);
}

static void
merge_object(const struct merge *m, const char *name, const char *path, const yq_json *value)
{
	yq_json *existing = unconst(yq_json_get(m->target, name));
	struct merge inner = *m;

	if (yq_json_type_of(existing) != YQ_JSON_OBJECT) {
		existing = json_object_new_object();
		(void)json_object_object_add(m->target, name, existing);
		yq_config_add_origin(m->config, path, m->source);
	}
	inner.target = existing;
	inner.path = path;
	yq_json_each(value, merge_member, &inner);
}

static bool
merge_member(void *cookie, const char *name, const yq_json *value)
{
	const struct merge *m = cookie;
	const char *colon = strchr(name, ':');
	char path[YQ_CONFIG_PATH_SIZE];

	if (colon != NULL) {
		merge_compound(m, name, colon, value);
		return true;
	}
	if (name[0] == '\0' || !yq_config_join(path, m->path, name)) {
		yq_config_fault(m->report, "%s: expected names of 1 to %d bytes in all (%s)",
		    m->path[0] == '\0' ? "top level" : m->path, YQ_CONFIG_PATH_SIZE - 1, m->source);
		return true;
	}
	name = spelling(m->target, name);
	if (yq_json_type_of(value) != YQ_JSON_OBJECT)
		yq_json_wipe(yq_json_get(m->target, name)); /* it may have been a secret */
	if (value == NULL) {
		json_object_object_del(m->target, name);
		return true;
	}
	if (yq_json_type_of(value) == YQ_JSON_OBJECT) {
		merge_object(m, name, path, value);
		return true;
	}
	if (given_twice(m, path))
		yq_config_fault(m->report, "%s: given twice (%s)", path, m->source);
	yq_config_add_origin(m->config, path, m->source);
	(void)json_object_object_add(m->target, name, json_object_get(unconst(value)));
	return true;
}

static void
merge_text(struct yq_config *config, const char *source, const char *text, size_t length,
    struct yq_config_report *report)
{
	struct merge m = {
		.config = config,
		.source = source,
		.first_origin = config->origin_count,
		.target = config->tree,
		.path = "",
		.report = report,
	};
	yq_json *json = NULL;
	struct yq_err err;

	if (yq_json_parse_options(
		text, length, YQ_JSON_COMMENTS | YQ_JSON_TRAILING_COMMAS, &json, &err) != YQ_OK)
		yq_config_fault(report, "%s: %s", source, err.text);
	else if (yq_json_type_of(json) != YQ_JSON_OBJECT)
		yq_config_fault(report, "%s: expected an object, found %s", source,
		    yq_json_type_name(yq_json_type_of(json)));
	else
		yq_json_each(json, merge_member, &m);
	/* What the merged tree shares with this one is wiped with it. */
	yq_json_free(json);
}

/* False, with a fault, if the file may not be used. */
static bool
is_acceptable(const struct stat *st, const char *source, const char *path, bool secret,
    struct yq_config_report *report)
{
	if (!S_ISREG(st->st_mode)) {
		yq_config_fault(report, "%s: expected a file, found something else", source);
		return false;
	}
	if (st->st_size > FILE_MAX) {
		yq_config_fault(report, "%s: expected at most %d bytes, found %lld", source,
		    FILE_MAX, (long long)st->st_size);
		return false;
	}
	if (secret && (st->st_mode & 077) != 0) {
		yq_config_fault(report,
		    "%s: expected mode 0600 as it holds secrets, found %04o: run chmod 600 %s",
		    source, (unsigned)st->st_mode & 07777, path);
		return false;
	}
	if (secret && st->st_uid != geteuid() && st->st_uid != 0) {
		yq_config_fault(report, "%s: expected user %u or root as its owner, found user %u",
		    source, (unsigned)geteuid(), (unsigned)st->st_uid);
		return false;
	}
	return true;
}

/* The file's bytes, in `buf` with its maximum; false with errno. */
static bool
read_all(int fd, struct yq_buf *buf)
{
	char block[4096];

	for (;;) {
		ssize_t length = read(fd, block, sizeof(block));

		if (length < 0 && errno == EINTR)
			continue;
		if (length > 0)
			yq_buf_add(buf, block, (size_t)length);
		yq_wipe(block, sizeof(block));
		if (length <= 0)
			return length == 0;
	}
}

static void
merge_open_file(struct yq_config *config, int fd, const char *source, const char *path, bool secret,
    struct yq_config_report *report)
{
	struct yq_buf buf = yq_buf_make(FILE_MAX);
	struct stat st;

	if (fstat(fd, &st) != 0) {
		yq_config_fault(report, "%s: %s", source, strerrordesc_np(errno));
		return;
	}
	if (!is_acceptable(&st, source, path, secret, report))
		return;
	/* One allocation of the right size, so that growing leaves no copies behind. */
	buf.capacity = (size_t)st.st_size + 1;
	buf.data = yq_xcalloc(buf.capacity, 1);
	if (!read_all(fd, &buf))
		yq_config_fault(report, "%s: %s", source, strerrordesc_np(errno));
	else if (!yq_buf_ok(&buf))
		yq_config_fault(report, "%s: expected at most %d bytes", source, FILE_MAX);
	else
		merge_text(config, source, buf.data, buf.length, report);
	yq_wipe(buf.data, buf.capacity);
	yq_buf_free(&buf);
}

enum file_kind { FILE_PLAIN, FILE_SECRET, FILE_SECRET_NEEDED };

static void
merge_path(struct yq_config *config, const char *path, const char *source, enum file_kind kind,
    struct yq_config_report *report)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0) {
		merge_open_file(config, fd, source, path, kind != FILE_PLAIN, report);
		(void)close(fd);
	} else if (errno != ENOENT || kind == FILE_SECRET_NEEDED) {
		yq_config_fault(report, "%s: %s: %s", source, path, strerrordesc_np(errno));
	}
}

static void
merge_file(struct yq_config *config, const char *folder, const char *source, enum file_kind kind,
    struct yq_config_report *report)
{
	struct yq_buf path = yq_buf_make(4096);

	yq_buf_add_format(&path, "%s/%s", folder, source);
	merge_path(config, yq_buf_text(&path), source, kind, report);
	yq_buf_free(&path);
}

void
yq_config_read_sources(struct yq_config *config, const struct yq_config_sources *sources,
    struct yq_config_report *report)
{
	if (sources->folder != NULL) {
		merge_file(config, sources->folder, "appsettings.json", FILE_PLAIN, report);
		merge_file(config, sources->folder, "appsecrets.json", FILE_SECRET, report);
	}
	if (sources->folder != NULL && sources->app != NULL) {
		if (!yq_str_format(config->app_file, sizeof(config->app_file),
			"appsecrets.d/%s.json", sources->app))
			YQ_PANIC("the program's name is too long: %s", sources->app);
		merge_file(config, sources->folder, config->app_file, FILE_SECRET, report);
	}
	if (sources->overlay != NULL)
		merge_path(config, sources->overlay, "overlay", FILE_SECRET_NEEDED, report);
	for (char *const *v = sources->environment; v != NULL && *v != NULL; v++)
		yq_config_put_variable(config, *v, report);
}
