/*
 * prop_master.c - master files of random issues come back as they were written; however they are
 * broken, they are refused with a place, or every issue in them is a whole one.
 */
#include "property.h"

#include "../unit/master_test.h"

#define ROUNDS	   200
#define ISSUES_MAX 40
#define BREAKS	   30 /* of each file */

static uint64_t seed;

static const char *const names[] = { "삼성전자", "애플", "똠방각하 펲시", "SK하이닉스", "A" };
static const char *const english[] = { "APPLE INC", "BERKSHIRE \"B\"", "", "X & Y, LTD." };

/* What is written, to compare with. */
struct issue {
	char ticker[YQ_TICKER_SIZE], base[16], lot[8];
	const char *name, *english, *stis;
};

struct scene {
	const struct yq_master *master;
	struct issue issues[ISSUES_MAX];
	size_t count;
	struct yq_buf file;
};

static const char *
pick(const char *const *from, size_t count)
{
	return from[next_random(&seed) % count];
}

static void
make_issue(struct scene *scene, size_t i)
{
	static const char *const kinds[] = { "1", "2", "3", "4" };
	struct issue *issue = &scene->issues[i];
	long long base = (long long)between(&seed, 0, 999999999);

	yq_str_format(issue->ticker, sizeof(issue->ticker), "%c%03zu%s",
	    (char)between(&seed, 'A', 'Z'), i, next_random(&seed) % 4 == 0 ? "/B" : "");
	if (scene->master->mst != NULL)
		yq_str_format(issue->base, sizeof(issue->base), "%09lld", base);
	else
		yq_str_format(issue->base, sizeof(issue->base), "%lld.%04lld", base,
		    (long long)between(&seed, 0, 9999));
	yq_str_format(
	    issue->lot, sizeof(issue->lot), "%05lld", (long long)between(&seed, 1, 99999));
	issue->name = pick(names, YQ_COUNT(names));
	issue->english = scene->master->mst != NULL ? "" : pick(english, YQ_COUNT(english));
	issue->stis = pick(kinds, YQ_COUNT(kinds));
}

static void
write_issue(struct scene *scene, const struct issue *issue)
{
	const struct yq_master *master = scene->master;

	if (master->mst != NULL)
		add_mst_line(&scene->file, master->code,
		    &MST_LINE(.code = issue->ticker, .name = issue->name, .base = issue->base,
			.lot = issue->lot));
	else
		add_cod_line(&scene->file,
		    &COD_LINE(.excd = master->code, .symb = issue->ticker, .knam = issue->name,
			.enam = issue->english, .base = issue->base, .bnit = issue->lot,
			.anit = issue->lot, .stis = issue->stis));
}

static void
make_scene(struct scene *scene)
{
	*scene = (struct scene){ .master = &yq_masters[next_random(&seed) % YQ_MASTERS],
		.count = (size_t)between(&seed, 1, ISSUES_MAX),
		.file = yq_buf_make(FILE_MAX) };
	if (scene->master->mst == NULL && next_random(&seed) % 2 == 0)
		add_cod_header(&scene->file);
	for (size_t i = 0; i < scene->count; i++) {
		make_issue(scene, i);
		write_issue(scene, &scene->issues[i]);
	}
}

static const struct yq_instrument *
find(const struct yq_master_list *list, const char *ticker)
{
	for (size_t i = 0; i < list->count; i++)
		if (yq_str_equal(list->items[i].ticker, ticker))
			return &list->items[i];
	fail_msg("%s is lost", ticker);
	return list->items;
}

static struct yq_decimal
decimal(const char *text)
{
	struct yq_decimal value = { 0 };

	while (text[0] == '0' && text[1] != '.' && text[1] != '\0')
		text++;
	assert_int_equal(yq_decimal_parse(text, strlen(text), &value), YQ_OK);
	return value;
}

static void
test_what_is_written_is_read(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct yq_master_list list = { 0 };
		struct yq_err err = { 0 };
		struct scene scene;

		make_scene(&scene);
		if (yq_master_parse(scene.master, yq_buf_text(&scene.file), scene.file.length,
			&list, &err) != YQ_OK)
			fail_msg("%s", err.text);
		assert_int_equal(list.count, scene.count);
		for (size_t i = 0; i < scene.count; i++) {
			const struct issue *issue = &scene.issues[i];
			const struct yq_instrument *read = find(&list, issue->ticker);

			assert_string_equal(read->name, issue->name);
			assert_string_equal(read->english_name, issue->english);
			assert_int_equal(yq_decimal_cmp(read->lot, decimal(issue->lot)), 0);
			assert_int_equal(
			    yq_decimal_cmp(
				read->base_price.set ? read->base_price.value : YQ_DECIMAL_ZERO,
				decimal(issue->base)),
			    0);
		}
		yq_master_list_free(&list);
		yq_buf_free(&scene.file);
	}
}

/* ---- broken ---- */

static void
break_file(struct yq_buf *file)
{
	size_t at = next_random(&seed) % file->length;

	switch (next_random(&seed) % 5) {
	case 0: /* another byte */
		file->data[at] = (char)next_random(&seed);
		break;
	case 1: /* cut off */
		file->length = at;
		break;
	case 2: /* a byte is lost */
		memmove(file->data + at, file->data + at + 1, file->length - at - 1);
		file->length--;
		break;
	case 3: /* a piece comes again, over another */
		memmove(file->data + next_random(&seed) % (at + 1), file->data + at,
		    (file->length - at) / 2);
		break;
	default: /* half a character */
		file->data[at] = (char)0xb0;
		break;
	}
}

static void
check_whole(const struct yq_master *master, const struct yq_master_list *list)
{
	assert_true(list->count + list->left_out > 0);
	for (size_t i = 0; i < list->count; i++) {
		const struct yq_instrument *item = &list->items[i];

		assert_true(yq_ticker_is_valid(item->ticker));
		assert_int_equal(item->exchange, master->exchange);
		assert_true(item->name[0] != '\0');
		assert_true(yq_str_is_utf8(item->name, strlen(item->name)));
		assert_true(yq_str_is_utf8(item->english_name, strlen(item->english_name)));
		assert_true(yq_decimal_sign(item->lot) > 0);
		assert_true(!item->base_price.set || yq_decimal_sign(item->base_price.value) > 0);
		assert_true(i == 0 || strcmp(item[-1].ticker, item->ticker) < 0);
	}
}

static void
test_what_is_broken_is_refused_with_its_place_or_still_whole(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct scene scene;

		make_scene(&scene);
		for (int i = 0; i < BREAKS && scene.file.length > 1; i++) {
			struct yq_master_list list = { 0 };
			struct yq_err err = { 0 };
			enum yq_rc rc;

			break_file(&scene.file);
			rc = yq_master_parse(
			    scene.master, yq_buf_text(&scene.file), scene.file.length, &list, &err);
			if (rc == YQ_OK) {
				check_whole(scene.master, &list);
			} else {
				assert_int_equal(rc, YQ_E_INVALID);
				assert_true(yq_str_starts(err.text, scene.master->file));
				assert_true(strstr(err.text, " line ") != NULL ||
					    strstr(err.text, " lists nothing") != NULL);
				assert_null(list.items);
			}
			yq_master_list_free(&list);
		}
		yq_buf_free(&scene.file);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_written_is_read),
		cmocka_unit_test(test_what_is_broken_is_refused_with_its_place_or_still_whole),
	};

	seed = property_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
