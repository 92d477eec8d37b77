/* certificate.c - the simulator's certificate: read, or made once and kept beside the book. */
#include "simulator/certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"

#define PEM_MAX (1U << 20)
#define DAY_S	86400
#define YEARS_S (INT64_C(10) * 365 * DAY_S)

void
sim_certificate_clear(struct sim_certificate *c)
{
	yq_buf_free(&c->chain);
	if (c->key.data != NULL)
		yq_wipe(c->key.data, c->key.capacity);
	yq_buf_free(&c->key);
}

/* ---- reading ---- */

static X509 *
parse_certificate(const struct yq_buf *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->length);
	X509 *x509 = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);

	BIO_free(bio);
	return x509;
}

/* None is asked for a passphrase: nobody sits there. */
static int
no_passphrase(char *text, int size, int writing, void *cookie)
{
	(void)text;
	(void)size;
	(void)writing;
	(void)cookie;
	return -1;
}

static EVP_PKEY *
parse_key(const struct yq_buf *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->length);
	EVP_PKEY *key =
	    bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);

	BIO_free(bio);
	return key;
}

/* For at least so many seconds more. */
static bool
is_in_date(const X509 *x509, int64_t seconds)
{
	time_t until = time(NULL) + (time_t)seconds;

	return X509_cmp_current_time(X509_get0_notBefore(x509)) < 0 &&
	       X509_cmp_time(X509_get0_notAfter(x509), &until) > 0;
}

static enum yq_rc
check(const struct sim_certificate *c, const char *chain_path, const char *key_path,
    int64_t seconds, struct yq_err *err)
{
	X509 *x509 = parse_certificate(&c->chain);
	EVP_PKEY *key = parse_key(&c->key);
	enum yq_rc rc = YQ_OK;

	if (x509 == NULL)
		rc = yq_err_set(err, YQ_E_INVALID, "%s: expected a certificate in PEM", chain_path);
	else if (key == NULL)
		rc = yq_err_set(
		    err, YQ_E_INVALID, "%s: expected a key in PEM without a passphrase", key_path);
	else if (X509_check_private_key(x509, key) != 1)
		rc = yq_err_set(err, YQ_E_INVALID, "%s is not the key of %s", key_path, chain_path);
	else if (!is_in_date(x509, seconds))
		rc = yq_err_set(err, YQ_E_INVALID, "%s is out of date", chain_path);
	X509_free(x509);
	EVP_PKEY_free(key);
	return rc;
}

static enum yq_rc
read_files(const char *chain_path, const char *key_path, int64_t seconds, struct sim_certificate *c,
    struct yq_err *err)
{
	enum yq_rc rc;

	*c = (struct sim_certificate){ yq_buf_make(PEM_MAX), yq_buf_make(PEM_MAX) };
	rc = yq_file_read(chain_path, &c->chain, err);
	if (rc != YQ_OK)
		return yq_err_context(err, rc, "%s", chain_path);
	rc = yq_file_read(key_path, &c->key, err);
	if (rc != YQ_OK)
		return yq_err_context(err, rc, "%s", key_path);
	return check(c, chain_path, key_path, seconds, err);
}

enum yq_rc
sim_certificate_read(
    const char *chain_path, const char *key_path, struct sim_certificate *c, struct yq_err *err)
{
	return read_files(chain_path, key_path, 0, c, err);
}

/* ---- making ---- */

static bool
extend(X509 *x509, int kind, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool added;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, x509, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
	added = extension != NULL && X509_add_ext(x509, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return added;
}

/* Two of one name and number, made of two keys, would confuse who has both. */
static bool
number(X509 *x509)
{
	uint64_t serial = 0;

	return RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1 &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial >> 1 | 1) == 1;
}

static bool
fill_in(X509 *x509, EVP_PKEY *key)
{
	X509_NAME *name = X509_get_subject_name(x509);

	return X509_set_version(x509, 2) == 1 && number(x509) &&
	       X509_gmtime_adj(X509_getm_notBefore(x509), -DAY_S) != NULL &&
	       X509_gmtime_adj(X509_getm_notAfter(x509), (long)YEARS_S) != NULL &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		   (const unsigned char *)"yq-simulator", -1, -1, 0) == 1 &&
	       X509_set_issuer_name(x509, name) == 1 && X509_set_pubkey(x509, key) == 1 &&
	       extend(x509, NID_basic_constraints, "critical,CA:TRUE") &&
	       extend(x509, NID_key_usage, "critical,digitalSignature,keyCertSign") &&
	       extend(x509, NID_ext_key_usage, "serverAuth") &&
	       extend(x509, NID_subject_key_identifier, "hash") &&
	       extend(x509, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
	       X509_sign(x509, key, EVP_sha256()) > 0;
}

static bool
take_out(BIO *bio, struct yq_buf *pem)
{
	char *bytes;
	long length = BIO_get_mem_data(bio, &bytes);

	if (length <= 0)
		return false;
	yq_buf_add(pem, bytes, (size_t)length);
	return yq_buf_ok(pem);
}

static bool
make(struct sim_certificate *c)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x509 = X509_new();
	BIO *chain_bio = BIO_new(BIO_s_mem()), *key_bio = BIO_new(BIO_s_secmem());
	bool made = key != NULL && x509 != NULL && chain_bio != NULL && key_bio != NULL &&
		    fill_in(x509, key) && PEM_write_bio_X509(chain_bio, x509) == 1 &&
		    PEM_write_bio_PrivateKey(key_bio, key, NULL, NULL, 0, NULL, NULL) == 1 &&
		    take_out(chain_bio, &c->chain) && take_out(key_bio, &c->key);

	BIO_free(chain_bio);
	BIO_free(key_bio);
	X509_free(x509);
	EVP_PKEY_free(key);
	return made;
}

static enum yq_rc
write_file(const char *path, int mode, const struct yq_buf *pem, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf fresh = yq_buf_make(4096);
	bool written;
	int fd;

	yq_buf_add_format(&fresh, "%s.new", path);
	(void)unlink(yq_buf_text(&fresh));
	fd = open(yq_buf_text(&fresh), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	written = fd >= 0 && yq_file_write(fd, pem->data, pem->length);
	if (fd >= 0 && close(fd) != 0)
		written = false;
	return written && rename(yq_buf_text(&fresh), path) == 0
		   ? YQ_OK
		   : yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot write %s", path);
}

enum yq_rc
sim_certificate_keep(const char *folder, struct sim_certificate *c, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf chain_path = yq_buf_make(4096);
	YQ_CLEANUP(yq_buf_free) struct yq_buf key_path = yq_buf_make(4096);
	struct yq_err ignored = { .rc = YQ_OK };
	enum yq_rc rc;

	yq_buf_add_format(&chain_path, "%s/%s", folder, SIM_CERTIFICATE_FILE);
	yq_buf_add_format(&key_path, "%s/%s", folder, SIM_KEY_FILE);
	/* Whatever is wrong with what is there, another one mends it. */
	if (read_files(yq_buf_text(&chain_path), yq_buf_text(&key_path), DAY_S, c, &ignored) ==
	    YQ_OK)
		return YQ_OK;
	sim_certificate_clear(c);
	*c = (struct sim_certificate){ yq_buf_make(PEM_MAX), yq_buf_make(PEM_MAX) };
	if (!make(c))
		return yq_err_set(err, YQ_E_SYSTEM, "no certificate can be made");
	/* Cut off between the two, they do not belong together and are made anew. */
	rc = write_file(yq_buf_text(&key_path), 0600, &c->key, err);
	return rc == YQ_OK ? write_file(yq_buf_text(&chain_path), 0644, &c->chain, err) : rc;
}
