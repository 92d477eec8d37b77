/*
 * acl.c - schema.def's rows turned into selectors: one for each set of commands, with all the keys
 * or channels it is allowed on.
 */
#include "bus/acl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* What a writer and a reader of each kind may run. */
static const struct {
	const char *write, *read;
} kind_commands[] = {
	[YQ_CHANNEL] = { "publish", "subscribe" },
	[YQ_STREAM] = { "xadd", "xrange xrevrange xread xlen" },
	[YQ_STRING] = { "set", "get mget exists ttl" },
	[YQ_HASH] = { "hset", "hget hmget hgetall hexists hlen exists ttl" },
	[YQ_SET] = { "sadd srem", "smembers sismember smismember scard" },
	[YQ_LIST] = { "rpush", "lrange llen" },
};
#define GROUP_COMMANDS "xreadgroup xack xclaim xautoclaim xpending xinfo|groups xinfo|consumers"

/*
 * Without a key: log in, pick the database, name oneself, wrap commands in a transaction, ask
 * whether this is the master, and wait for replicas.  Of the blocking commands only WAIT and
 * WAITAOF do without a key; not every server that is good enough knows the second by name.
 */
static const char *const everyone[] = { "reset", "resetchannels", "-@all", "+@blocking", "+auth",
	"+hello", "+select", "+ping", "+quit", "+client|setname", "+client|id", "+unsubscribe",
	"+multi", "+exec", "+discard", "+time", "+info" };
static const char *const console[] = { "reset", "allkeys", "allchannels", "+@all" };

static struct yq_buf
buf_make(void)
{
	return yq_buf_make(YQ_ACL_RULE_SIZE - 1);
}

static void
add_rule(struct yq_acl *acl, const char *text)
{
	assert(acl->count < YQ_ACL_RULES_MAX);
	if (!yq_str_copy(acl->rules[acl->count++], YQ_ACL_RULE_SIZE, text))
		YQ_PANIC("an access rule does not fit: %s", text);
}

/* "(resetchannels +a +b": `commands` are separated by spaces. */
static void
begin_selector(struct yq_buf *rule, const char *commands)
{
	yq_buf_clear(rule);
	yq_buf_add_text(rule, "(resetchannels");
	while (*commands != '\0') {
		size_t length = strcspn(commands, " ");

		yq_buf_add_text(rule, " +");
		yq_buf_add(rule, commands, length);
		commands += length + (commands[length] == ' ');
	}
}

static void
add_key(struct yq_buf *rule, enum yq_key key, bool read_only, const char *app)
{
	char pattern[YQ_KEY_SIZE];

	yq_key_pattern(key, app, pattern);
	yq_buf_add_format(rule, " %s%s",
	    yq_keys[key].kind == YQ_CHANNEL ? "&"
	    : read_only			    ? "%R~"
					    : "~",
	    pattern);
}

static void
end_selector(struct yq_acl *acl, struct yq_buf *rule, bool has_keys)
{
	if (!has_keys)
		return;
	yq_buf_add_char(rule, ')');
	if (!yq_buf_ok(rule))
		YQ_PANIC("an access rule does not fit: %s", yq_buf_text(rule));
	add_rule(acl, yq_buf_text(rule));
}

static void
add_kind(struct yq_acl *acl, struct yq_buf *rule, enum yq_program program, enum yq_bus_kind kind,
    bool read)
{
	bool any = false;

	begin_selector(rule, read ? kind_commands[kind].read : kind_commands[kind].write);
	for (size_t i = 0; i < YQ_KEY_COUNT; i++) {
		unsigned who = read ? yq_keys[i].readers : yq_keys[i].writers;

		if (yq_keys[i].kind != kind || (who & (1U << program)) == 0)
			continue;
		add_key(rule, (enum yq_key)i, read, read ? NULL : yq_programs[program].app);
		any = true;
	}
	end_selector(acl, rule, any);
}

static void
add_groups(struct yq_acl *acl, struct yq_buf *rule, enum yq_program program)
{
	bool any = false;

	begin_selector(rule, GROUP_COMMANDS);
	for (size_t i = 0; i < YQ_GROUP_COUNT; i++) {
		if (yq_groups[i].program != program)
			continue;
		add_key(rule, yq_groups[i].stream, false, NULL);
		any = true;
	}
	end_selector(acl, rule, any);
}

static bool
granted_before(size_t index, enum yq_program program)
{
	for (size_t i = 0; i < index; i++)
		if ((yq_grants[i].programs & (1U << program)) != 0 &&
		    yq_str_equal(yq_grants[i].commands, yq_grants[index].commands))
			return true;
	return false;
}

/* Grants of the same commands share one selector. */
static void
add_grants(struct yq_acl *acl, struct yq_buf *rule, enum yq_program program)
{
	for (size_t i = 0; i < yq_grant_count; i++) {
		if ((yq_grants[i].programs & (1U << program)) == 0 || granted_before(i, program))
			continue;
		begin_selector(rule, yq_grants[i].commands);
		for (size_t j = i; j < yq_grant_count; j++)
			if ((yq_grants[j].programs & (1U << program)) != 0 &&
			    yq_str_equal(yq_grants[i].commands, yq_grants[j].commands))
				add_key(rule, yq_grants[j].key, false, yq_programs[program].app);
		end_selector(acl, rule, true);
	}
}

static enum yq_key
key_of_ident(const char *ident, size_t length)
{
	for (size_t i = 0; i < YQ_KEY_COUNT; i++)
		if (strlen(yq_keys[i].ident) == length &&
		    memcmp(yq_keys[i].ident, ident, length) == 0)
			return (enum yq_key)i;
	YQ_PANIC("schema.def: a step names %.*s, which is no key", (int)length, ident);
}

/* Mark the keys that a step names. */
static void
mark_keys(const char *idents, bool marked[YQ_KEY_COUNT])
{
	while (*idents != '\0') {
		size_t length = strcspn(idents, " ");

		marked[key_of_ident(idents, length)] = true;
		idents += length + (idents[length] == ' ');
	}
}

/*
 * A caller of functions may name the keys of those it is meant to call.  That alone gives no right:
 * what a function does is checked against the other selectors, command by command.  (Rules that
 * name single functions, +fcall|name, are deprecated by the server.)
 */
static void
add_steps(struct yq_acl *acl, struct yq_buf *rule, enum yq_program program)
{
	bool marked[YQ_KEY_COUNT] = { false };

	for (size_t i = 0; i < YQ_STEP_COUNT; i++)
		if ((yq_steps[i].programs & (1U << program)) != 0)
			mark_keys(yq_steps[i].keys, marked);
	begin_selector(rule, "fcall");
	for (size_t i = 0; i < YQ_KEY_COUNT; i++)
		if (marked[i])
			add_key(rule, (enum yq_key)i, false, yq_programs[program].app);
	end_selector(acl, rule, true);
}

struct yq_acl *
yq_acl_make(enum yq_program program)
{
	struct yq_acl *acl = yq_xcalloc(1, sizeof(*acl));
	YQ_CLEANUP(yq_buf_free) struct yq_buf rule = buf_make();

	if (program == YQ_PROGRAM_CONSOLE) {
		for (size_t i = 0; i < YQ_COUNT(console); i++)
			add_rule(acl, console[i]);
		return acl;
	}
	for (size_t i = 0; i < YQ_COUNT(everyone); i++)
		add_rule(acl, everyone[i]);
	add_steps(acl, &rule, program);
	for (int kind = YQ_CHANNEL; kind <= YQ_LIST; kind++) {
		add_kind(acl, &rule, program, (enum yq_bus_kind)kind, false);
		add_kind(acl, &rule, program, (enum yq_bus_kind)kind, true);
	}
	add_groups(acl, &rule, program);
	add_grants(acl, &rule, program);
	return acl;
}
