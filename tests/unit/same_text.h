/* same_text.h - two long texts are equal, or the place where they part is shown. */
#ifndef YQ_TESTS_UNIT_SAME_TEXT_H
#define YQ_TESTS_UNIT_SAME_TEXT_H

static inline void
assert_same_text(const char *a, const char *b)
{
	size_t at = 0, from;

	while (a[at] == b[at] && a[at] != '\0')
		at++;
	from = at < 300 ? 0 : at - 300;
	if (a[at] != b[at])
		fail_msg("at %zu:\n%.400s\n%.400s", at, a + from, b + from);
}

#endif
