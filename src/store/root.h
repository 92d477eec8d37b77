/*
 * root.h - a private Firebird root: the embedded engine without a system-wide installation.
 *
 * Firebird looks for plugins, messages and settings in its root.  The one the distribution ships
 * runs the engine in a mode that lets one process open a file; several of our daemons open the
 * same one.  So each installation has a root of its own: links to the engine's files, our
 * firebird.conf, and private folders for locks and temporary files.
 */
#ifndef YQ_STORE_ROOT_H
#define YQ_STORE_ROOT_H

#include "base/err.h"

#define YQ_FIREBIRD_PATH_SIZE	  512
#define YQ_FIREBIRD_ENVIRONMENT	  3   /* FIREBIRD, FIREBIRD_LOCK, FIREBIRD_TMP */
#define YQ_FIREBIRD_CACHE_DEFAULT 128 /* pages of 16 KiB each connection keeps: 2 MiB */
#define YQ_FIREBIRD_CACHE_MIN	  50
#define YQ_FIREBIRD_CACHE_MAX	  131072

struct yq_firebird_root {
	char folder[YQ_FIREBIRD_PATH_SIZE]; /* absolute */
	/* "NAME=value", ready for a child's environment: the daemons, isql-fb, gbak. */
	char environment[YQ_FIREBIRD_ENVIRONMENT][YQ_FIREBIRD_PATH_SIZE + 32];
};

/*
 * Make `folder` (and what is missing above it) a root, or bring an old one up to date; safe to
 * repeat and for several processes at once.  `page_cache_pages` 0 = YQ_FIREBIRD_CACHE_DEFAULT.
 *   YQ_E_NOT_FOUND  the engine is not installed; the text names the package.
 *   YQ_E_RANGE      the folder's path is too long, or the page cache out of bounds.
 *   YQ_E_SYSTEM     the folder cannot be written.
 */
YQ_NODISCARD enum yq_rc yq_firebird_root_prepare(const char *folder, unsigned page_cache_pages,
    struct yq_firebird_root *root, struct yq_err *err);

/* Put the environment into this process.  Before the first yq_firebird_open and before threads:
 * Firebird reads it once.  Variables that are set already are replaced. */
void yq_firebird_root_use(const struct yq_firebird_root *root);

/* What a program that opens a file does first: use the root that the environment names, else
 * prepare and use `folder`.  The errors of yq_firebird_root_prepare. */
YQ_NODISCARD enum yq_rc yq_firebird_root_begin(const char *folder, struct yq_err *err);

/* Where the distribution keeps the engine ("/usr/lib/x86_64-linux-gnu/firebird/3.0"), or
 * YQ_E_NOT_FOUND with a sentence on what to install. */
YQ_NODISCARD enum yq_rc yq_firebird_root_engine(char *folder, size_t size, struct yq_err *err);

#endif
