/*
 * master.h - the files in which the broker KIS lists what can be traded, read to the byte.
 *
 * *.mst are the three markets of Korea: lines of a fixed tail after a name of any length, CP949.
 * *.cod are overseas exchanges: 24 columns between tabs, CP949, with or without a first row of
 * names.  A file is read whole or refused with line, column and why.
 */
#ifndef YQ_CATALOG_MASTER_H
#define YQ_CATALOG_MASTER_H

#include "domain/instrument.h"

#define YQ_MASTER_BYTES_MAX  ((size_t)64 * 1024 * 1024) /* of one file */
#define YQ_MASTER_ISSUES_MAX 200000			/* of one file */

struct yq_master_mst; /* where the fields of a *.mst lie */

struct yq_master {
	const char *code; /* "KOSPI", "NAS": the exchange as the broker's prices name it */
	const char *file; /* "nasmst.cod"; offered as FILE.zip */
	enum yq_exchange exchange;
	const struct yq_master_mst *mst; /* NULL = a *.cod */
};
#define YQ_MASTERS 14
/* Every file there is; those of one exchange stand together. */
extern const struct yq_master yq_masters[YQ_MASTERS];

/* What a file lists, by ticker (strcmp), each once. */
struct yq_master_list {
	struct yq_instrument *items; /* owned */
	size_t count;
	/* Issues that are right, but cannot be traded by their name or currency here, and lines
	 * that say the same once more. */
	size_t left_out;
	char left_out_why[160]; /* the first of them, for people; "" = none */
};
void yq_master_list_free(struct yq_master_list *list); /* leaves it empty */

/* YQ_E_INVALID: "nasmst.cod line 12, column 57 (curr): expected ..., found ..."; columns count
 * bytes from 1.  YQ_E_LIMIT: too many issues. */
YQ_NODISCARD enum yq_rc yq_master_parse(const struct yq_master *master, const char *bytes,
    size_t length, struct yq_master_list *list, struct yq_err *err);

/*
 * Put the lists of one exchange together; they are left empty.  Where an index has the ticker of
 * what is traded, the index is left out.  YQ_E_INVALID: two files list one ticker as two things.
 */
YQ_NODISCARD enum yq_rc yq_master_join(
    struct yq_master_list *lists, size_t count, struct yq_master_list *whole, struct yq_err *err);

#endif
