/* password.c - passwords of people. */
#include "desk/password.h"

#include <sodium.h>
#include <string.h>

#include "base/str.h"

#define PASSES	     2
#define MEMORY_BYTES (19456U * 1024U)
#define RANDOM_BYTES 16

/* Of a password that nobody knows, at today's cost. */
static const char decoy[YQ_PASSWORD_SIZE] = "$argon2id$v=19$m=19456,t=2,p=1$mFGzMNYzZqbUvOCNmLBJAQ$"
					    "S0kRIvUuHYcE0zUXzM3vdlfQ2RiFMoxGvKUVw2g2mWo";

/* What is tried first, beyond twelve characters; compared without case and what is no letter or
 * digit. */
static const char *const common[] = { "passwordpassword", "password1234", "password12345",
	"password123456", "passwort1234", "mypassword123", "adminpassword", "administrator",
	"administrator1", "adminadminadmin", "changemechangeme", "changeme1234", "letmeinletmein",
	"welcome12345", "welcomewelcome", "qwertyuiop12", "qwertyuiop123", "qwertyuiopasdf",
	"qwertyqwerty", "qwerty123456", "1qaz2wsx3edc", "1q2w3e4r5t6y", "asdfghjkl123",
	"zxcvbnmasdfg", "123456789012", "1234567890123", "012345678901", "987654321098",
	"abcdefghijkl", "abcdefghijklm", "iloveyou1234", "iloveyouiloveyou", "trustno1trustno1",
	"yquantyquant", "tradingview1", "tradingview123", "correcthorsebatterystaple" };

static size_t
characters_of(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/* Its letters and digits alone, in lower case. */
static void
bare(const char *text, char result[YQ_PASSWORD_MOST + 1])
{
	size_t length = 0;

	for (; *text != '\0' && length < YQ_PASSWORD_MOST; text++) {
		char c = yq_str_lower(*text);

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80)
			result[length++] = c;
	}
	result[length] = '\0';
}

static bool
is_common(const char *text)
{
	for (size_t i = 0; i < YQ_COUNT(common); i++)
		if (yq_str_equal(text, common[i]))
			return true;
	return false;
}

/* The name, once or again and again, with at most four characters more. */
static bool
is_of_the_name(const char *text, const char *name)
{
	size_t length = strlen(name);
	bool begins = length > 0 && yq_str_starts(text, name);

	while (length > 0 && yq_str_starts(text, name))
		text += length;
	return begins && strlen(text) <= 4;
}

static bool
is_one_character(const char *text)
{
	return text[strspn(text, (char[]){ text[0], '\0' })] == '\0';
}

enum yq_rc
yq_password_check(const char *password, const char *user, struct yq_err *err)
{
	char text[YQ_PASSWORD_MOST + 1], name[YQ_PASSWORD_MOST + 1];
	const char *wrong = NULL;

	bare(password, text);
	bare(user, name);
	if (characters_of(password) < YQ_PASSWORD_LEAST)
		wrong = "is too short: at least 12 characters";
	else if (strlen(password) > YQ_PASSWORD_MOST)
		wrong = "is too long: at most 256 bytes";
	else if (is_one_character(password) || is_common(text))
		wrong = "is one of those that are tried first";
	else if (is_of_the_name(text, name))
		wrong = "is the user's name";
	yq_wipe(text, sizeof(text));
	return wrong == NULL ? YQ_OK : yq_err_set(err, YQ_E_INVALID, "the new password %s", wrong);
}

enum yq_rc
yq_password_hash(const char *password, char text[YQ_PASSWORD_SIZE], struct yq_err *err)
{
	_Static_assert(YQ_PASSWORD_SIZE > crypto_pwhash_argon2id_STRBYTES, "it fits");
	if (crypto_pwhash_argon2id_str(text, password, strlen(password), PASSES, MEMORY_BYTES) != 0)
		return yq_err_set(err, YQ_E_SYSTEM, "there is no memory to keep a password");
	return YQ_OK;
}

bool
yq_password_matches(const char *text, const char *password)
{
	const char *kept = text != NULL ? text : decoy;
	bool same = crypto_pwhash_argon2id_str_verify(kept, password, strlen(password)) == 0;

	return same && text != NULL;
}

struct yq_secret *
yq_password_make(void)
{
	return yq_secret_random(RANDOM_BYTES);
}
