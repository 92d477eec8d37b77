/* server_claim.c - may an order be sent, and what stops it, as in functions_claim.lua. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/schema.h"
#include "server_call.h"

/* ---- halts ---- */

/* A text member of a value; false where there is none, or nobody can read it. */
static bool
member_of(const struct word *value, const char *name, char text[64])
{
	YQ_CLEANUP(yq_json_freep) yq_json *json = NULL;
	const char *found;

	if (yq_json_parse(value->text, value->length, &json, NULL) != YQ_OK ||
	    yq_json_type_of(json) != YQ_JSON_OBJECT)
		return false;
	found = yq_json_text(yq_json_get(json, name), NULL);
	return found != NULL && yq_str_copy(text, 64, found);
}

bool
call_is_over(const struct call *call, const struct word *value)
{
	char until[64];
	int64_t at_us;

	return member_of(value, "Until", until) &&
	       yq_time_parse(until, strlen(until), &at_us) == YQ_OK &&
	       call->server->now_us >= at_us;
}

struct search {
	const struct call *call;
	const char *scope;
	const struct cell *best;
};

/* A person's goes before a rule's, then the first by name. */
static bool
goes_before(const struct cell *a, const struct cell *b)
{
	bool a_ruled = yq_halt_scope(a->name.text) != a->name.text,
	     b_ruled = yq_halt_scope(b->name.text) != b->name.text;

	return a_ruled != b_ruled ? b_ruled : strcmp(a->name.text, b->name.text) < 0;
}

static bool
look_at(void *cookie, struct yq_table_node *node)
{
	struct search *search = cookie;
	const struct cell *cell = yq_container(node, struct cell, node);

	if (yq_str_equal(yq_halt_scope(cell->name.text), search->scope) &&
	    !call_is_over(search->call, &cell->value) &&
	    (search->best == NULL || goes_before(cell, search->best)))
		search->best = cell;
	return true;
}

/* The first halt that stands over one of these scopes, as "field value". */
static bool
stands(
    struct call *call, const char *halt, const char *const *scopes, size_t count, struct letters *l)
{
	struct value *all = server_find(call->server, halt);

	for (size_t i = 0; i < count && all != NULL; i++) {
		struct search search = { call, scopes[i], NULL };
		struct yq_buf text = yq_buf_make(1U << 16);

		yq_table_each(&all->cells, look_at, &search);
		if (search.best == NULL)
			continue;
		yq_buf_add_format(&text, "%s %s", search.best->name.text, search.best->value.text);
		l->texts[l->text_count++] =
		    (struct word){ yq_xstrdup(yq_buf_text(&text)), text.length };
		yq_buf_free(&text);
		return true;
	}
	return false;
}

/* ---- strategies ---- */

static bool
may_not_trade(struct call *call, const char *strategies, const char *fallback, const char *strategy,
    const char *may, struct letters *l)
{
	const struct word *value = server_get(call->server, strategies, strategy);
	char state[64], wanted[80], among[80];
	struct word text;

	yq_str_copy_cut(state, sizeof(state), fallback);
	if (value != NULL && !member_of(value, "State", state))
		yq_str_copy_cut(state, sizeof(state), "?");
	yq_str_format(wanted, sizeof(wanted), " %s ", state);
	yq_str_format(among, sizeof(among), " %s ", may);
	if (strategy[0] == '\0' || strstr(among, wanted) != NULL)
		return false;
	text = server_word(state);
	l->texts[l->text_count++] = server_word_copy(&text);
	return true;
}

/* ---- claim ---- */

static bool
seen_before(const struct call *call, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(call->keys[i].text, call->keys[at].text) == 0)
			return true;
	return false;
}

/* Whether another color may trade; the text of the answer. */
static bool
is_inactive(struct call *call, const char *key, const char *own, char *text, size_t size)
{
	const struct word *color = server_get(call->server, key, "Color"),
			  *active = server_get(call->server, key, "Active"),
			  *until = server_get(call->server, key, "Until");
	int64_t over = until != NULL ? strtoll(until->text, NULL, 10) : 0;

	if (own[0] == '\0' && color == NULL)
		return false;
	own = own[0] != '\0' ? own : color->text;
	yq_str_format(text, size, "%s %s", own, active != NULL ? active->text : "");
	return !server_word_is(active, own) || (over > 0 && call->server->now_us / 1000 > over);
}

redisReply *
step_claim(struct call *call)
{
	const char *halt = call_text(call), *pending = call_text(call),
		   *submitting = call_text(call), *every = call_text(call),
		   *color = call_text(call), *own = call_text(call), *strategies = call_text(call),
		   *fallback = call_text(call);
	char idle[64];
	bool stops = is_inactive(call, color, own, idle, sizeof(idle));
	struct letters l = letters_make(call->key_count);

	for (size_t i = 0; i < call->key_count; i++) {
		const char *key = call->keys[i].text, *lease = call_text(call),
			   *token = call_text(call), *account = call_text(call),
			   *strategy = call_text(call), *scope = call_text(call),
			   *both = call_text(call), *may = call_text(call);
		const char *scopes[] = { every, account, scope, both };
		bool reduce = strcmp(call_text(call), "0") != 0;
		const char *now = call_text(call);
		const struct word *state = server_get(call->server, key, "State");

		if (!call_holds(call, lease, token)) {
			letters_say(&l, 'f');
		} else if (state == NULL) {
			letters_say(&l, 'n');
		} else if (strcmp(state->text, submitting) == 0 && !seen_before(call, i) &&
			   server_word_is(server_get(call->server, key, "ClaimedAt"), now) &&
			   server_word_is(server_get(call->server, key, "Fence"), token)) {
			letters_say(&l, 'c');
		} else if (strcmp(state->text, pending) != 0) {
			l.texts[l.text_count++] = server_word_copy(state);
			letters_say(&l, 'p');
		} else if (stops) {
			struct word text = server_word(idle);

			l.texts[l.text_count++] = server_word_copy(&text);
			letters_say(&l, 'i');
		} else if (!reduce && stands(call, halt, scopes, YQ_COUNT(scopes), &l)) {
			letters_say(&l, 'h');
		} else if (!reduce &&
			   may_not_trade(call, strategies, fallback, strategy, may, &l)) {
			letters_say(&l, 'l');
		} else {
			call_put(call, key, "State", submitting);
			call_put(call, key, "ClaimedAt", now);
			call_put(call, key, "Fence", token);
			letters_say(&l, 'c');
		}
	}
	return letters_end(&l);
}
