/* user.c - roles, scopes and names. */
#include "domain/user.h"

#include <sodium.h>
#include <string.h>

#include "base/str.h"

static const char *const roles[] = { "None", "Viewer", "Trader", "Admin" };
const struct yq_names yq_role_names = { "role", roles, YQ_COUNT(roles) };

static const char *const scopes_list[] = { "read", "trade", "admin" };
const struct yq_names yq_scope_names = { "scope", scopes_list, YQ_COUNT(scopes_list) };

enum yq_rc
yq_scopes_parse(const char *text, unsigned *scopes, struct yq_err *err)
{
	*scopes = 0;
	while (*text != '\0') {
		size_t length = strcspn(text, ",");
		int scope = yq_names_find(&yq_scope_names, text, length);

		if (scope < 0)
			return yq_err_set(err, YQ_E_INVALID,
			    "scopes: expected read, trade or admin, found \"%.*s\"", (int)length,
			    text);
		*scopes |= YQ_SCOPE_BIT(scope);
		text += length + (text[length] == ',');
	}
	if (*scopes == 0)
		return yq_err_set(err, YQ_E_INVALID, "scopes: expected one of read, trade, admin");
	return YQ_OK;
}

void
yq_scopes_format(unsigned scopes, char text[YQ_SCOPES_SIZE])
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf list = yq_buf_make(YQ_SCOPES_SIZE - 1);

	for (size_t i = 0; i < yq_scope_names.count; i++)
		if ((scopes & YQ_SCOPE_BIT(i)) != 0)
			yq_buf_add_format(
			    &list, "%s%s", list.length > 0 ? "," : "", scopes_list[i]);
	yq_str_copy_cut(text, YQ_SCOPES_SIZE, yq_buf_text(&list));
}

enum yq_role
yq_scopes_role(unsigned scopes, enum yq_role role)
{
	enum yq_role most = YQ_ROLE_NONE;

	for (int i = 0; i < (int)yq_scope_names.count; i++)
		if ((scopes & YQ_SCOPE_BIT(i)) != 0)
			most = (enum yq_role)(YQ_ROLE_VIEWER + i);
	return most < role ? most : role;
}

static bool
is_of_a_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr(".-_@", c) != NULL);
}

enum yq_rc
yq_user_name(const char *text, char name[YQ_USER_SIZE], struct yq_err *err)
{
	size_t length = strlen(text);
	bool valid = length > 0 && length < YQ_USER_SIZE;

	for (size_t i = 0; valid && i <= length; i++)
		name[i] = yq_str_lower(text[i]);
	for (size_t i = 0; valid && i < length; i++)
		valid = is_of_a_name(name[i]);
	if (valid)
		return YQ_OK;
	name[0] = '\0';
	return yq_err_set(err, YQ_E_INVALID,
	    "a user's name: expected 1-%d letters, digits or . - _ @", YQ_USER_SIZE - 1);
}

enum yq_rc
yq_access_name_check(const char *text, struct yq_err *err)
{
	size_t length = strlen(text);
	bool valid = length > 0 && length < YQ_ACCESS_NAME_SIZE && yq_str_is_utf8(text, length);

	for (size_t i = 0; valid && i < length; i++)
		valid = (unsigned char)text[i] >= ' ' && text[i] != 0x7f;
	if (valid)
		return YQ_OK;
	return yq_err_set(err, YQ_E_INVALID,
	    "a key's name: expected 1-%d bytes of UTF-8 without control characters",
	    YQ_ACCESS_NAME_SIZE - 1);
}

void
yq_digest(const char *bytes, size_t length, char digest[YQ_DIGEST_SIZE])
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	(void)crypto_hash_sha256(hash, (const unsigned char *)bytes, length);
	(void)sodium_bin2hex(digest, YQ_DIGEST_SIZE, hash, sizeof(hash));
}
