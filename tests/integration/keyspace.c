/*
 * keyspace.c - asked for in one script, so that it is one moment.
 */
#include "keyspace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <hiredis/hiredis.h>

#include "bus/schema.h"

/* clang-format off */
static const char dump_script[] =
"local out = {}\n"
"local function put(...) out[#out + 1] = table.concat({...}, ' ') end\n"
"local kinds = {}\n"
"function kinds.string(key) put('  ', redis.call('GET', key)) end\n"
"function kinds.list(key)\n"
"	for _, item in ipairs(redis.call('LRANGE', key, 0, -1)) do put('  ', item) end\n"
"end\n"
"function kinds.set(key)\n"
"	local items = redis.call('SMEMBERS', key)\n"
"	table.sort(items)\n"
"	for _, item in ipairs(items) do put('  ', item) end\n"
"end\n"
"local function chosen(field, value)\n" /* by the server, anew each time */
"	if field == 'ExpiresAt' or field == 'Entry' or (field == 'Token' and #value > 9) then\n"
"		return 'chosen'\n"
"	end\n"
"	return value\n"
"end\n"
"function kinds.hash(key)\n"
"	local list, rows = redis.call('HGETALL', key), {}\n"
"	for i = 1, #list, 2 do\n"
"		rows[#rows + 1] = list[i] .. ' = ' .. (chosen(list[i], list[i + 1]))\n"
"	end\n"
"	table.sort(rows)\n"
"	for _, row in ipairs(rows) do put('  ', row) end\n"
"end\n"
"function kinds.stream(key)\n"
"	for _, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do\n"
"		put('  ', unpack(entry[2]))\n"
"	end\n"
"	for _, group in ipairs(redis.call('XINFO', 'GROUPS', key)) do\n"
"		local fields = {}\n"
"		for i = 1, #group, 2 do fields[group[i]] = group[i + 1] end\n"
"		put('   group', fields.name, 'pending', fields.pending, 'read', tostring(fields['entries-read']))\n"
"	end\n"
"end\n"
"local keys = redis.call('KEYS', '*')\n"
"table.sort(keys)\n"
"for _, key in ipairs(keys) do\n"
"	local kind = redis.call('TYPE', key).ok\n"
"	put(key, kind, redis.call('PTTL', key) < 0 and 'for ever' or 'for a while')\n"
"	kinds[kind](key)\n"
"end\n"
"return table.concat(out, '\\n')\n";
/* clang-format on */

static redisReply *
run(struct yq_valkey_sync *sync, const char *script, bool groups)
{
	struct yq_args args = yq_args_make();
	redisReply *reply = NULL;
	struct yq_err err;

	yq_args_text(&args, "EVAL");
	yq_args_text(&args, script);
	yq_args_int(&args, 0);
	for (int i = 0; groups && i < YQ_GROUP_COUNT; i++) {
		yq_args_key(&args, yq_groups[i].stream, NULL);
		yq_args_text(&args, yq_groups[i].name);
	}
	if (yq_valkey_sync_send(sync, &args, 5000, &reply, &err) != YQ_OK)
		fail_msg("%s", err.text);
	yq_args_free(&args);
	return reply;
}

char *
keyspace_dump(struct yq_valkey_sync *sync)
{
	redisReply *reply = run(sync, dump_script, false);
	char *text = strdup(reply->str);

	assert_int_equal(reply->type, REDIS_REPLY_STRING);
	freeReplyObject(reply);
	return text;
}

void
keyspace_clear(struct yq_valkey_sync *sync)
{
	freeReplyObject(run(sync,
	    "redis.call('FLUSHALL')\n"
	    "for i = 1, #ARGV, 2 do\n"
	    "	redis.call('XGROUP', 'CREATE', ARGV[i], ARGV[i + 1], '0', 'MKSTREAM')\n"
	    "end\n"
	    "return 'OK'\n",
	    true));
}
