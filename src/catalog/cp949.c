/* cp949.c - CP949 into UTF-8, by the C library's table. */
#include "catalog/cp949.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

struct yq_cp949 {
	iconv_t table;
};

enum yq_rc
yq_cp949_open(struct yq_cp949 **ret_cp949, struct yq_err *err)
{
	iconv_t table = iconv_open("UTF-8", "CP949");

	*ret_cp949 = NULL;
	if (table == (iconv_t)-1) /* NOLINT: what iconv_open is documented to return */
		return yq_err_errno(err, YQ_E_SYSTEM, errno,
		    "this system cannot read Korean text (CP949): install the C library's tables"
		    " (Debian: libc-gconv-modules-extra)");
	*ret_cp949 = yq_xcalloc(1, sizeof(**ret_cp949));
	(*ret_cp949)->table = table;
	return YQ_OK;
}

void
yq_cp949_close(struct yq_cp949 *cp949)
{
	if (cp949 == NULL)
		return;
	(void)iconv_close(cp949->table);
	free(cp949);
}

void
yq_cp949_closep(struct yq_cp949 **cp949)
{
	yq_cp949_close(*cp949);
	*cp949 = NULL;
}

/* True when nothing but ASCII that prints is there, which is most of it. */
static bool
is_plain(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)bytes[i] < ' ' || (unsigned char)bytes[i] > '~')
			return false;
	return true;
}

/* Second bytes are never control characters, so a look at each byte is enough. */
static bool
has_control(const char *bytes, size_t length, size_t *ret_at)
{
	for (*ret_at = 0; *ret_at < length; ++*ret_at)
		if ((unsigned char)bytes[*ret_at] < ' ' || bytes[*ret_at] == 0x7f)
			return true;
	return false;
}

static enum yq_rc
convert(struct yq_cp949 *cp949, const char *bytes, size_t length, char *text, size_t size,
    size_t *ret_at)
{
	char copy[YQ_CP949_MAX], *in = copy, *out = text;
	size_t in_left = length, out_left = size - 1;

	memcpy(copy, bytes, length);
	(void)iconv(cp949->table, NULL, NULL, NULL, NULL);
	if (iconv(cp949->table, &in, &in_left, &out, &out_left) == (size_t)-1) {
		*ret_at = length - in_left;
		return errno == E2BIG ? YQ_E_RANGE : YQ_E_INVALID;
	}
	*out = '\0';
	return YQ_OK;
}

enum yq_rc
yq_cp949_read(struct yq_cp949 *cp949, const char *bytes, size_t length, char *text, size_t size,
    size_t *ret_at)
{
	size_t before = 0;
	enum yq_rc rc;

	text[0] = '\0';
	while (before < length && bytes[before] == ' ')
		before++;
	while (length > before && bytes[length - 1] == ' ')
		length--;
	bytes += before;
	length -= before;
	*ret_at = before;
	if (is_plain(bytes, length))
		return yq_str_copy_bytes(text, size, bytes, length) ? YQ_OK : YQ_E_RANGE;
	if (length > YQ_CP949_MAX)
		return YQ_E_RANGE;
	if (has_control(bytes, length, ret_at)) {
		*ret_at += before;
		return YQ_E_INVALID;
	}
	rc = convert(cp949, bytes, length, text, size, ret_at);
	if (rc != YQ_OK)
		text[0] = '\0';
	*ret_at += before;
	return rc;
}
