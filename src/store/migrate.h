/*
 * migrate.h - bring a database's tables to the version this program knows.
 *
 * The files of migrations/ are compiled in.  Each runs exactly once, in a transaction that also
 * records it in SCHEMA_VERSION, so a crash leaves it wholly done or not at all.  Programs that
 * start at once wait for one another: one migrates, the others find it done.
 */
#ifndef YQ_STORE_MIGRATE_H
#define YQ_STORE_MIGRATE_H

#include "store/firebird.h"

struct yq_migration {
	int version; /* 1, 2, 3, ... without gaps */
	const char *name;
	const char *const *statements; /* in order */
	size_t statement_count;
};
extern const struct yq_migration yq_migrations[];
extern const size_t yq_migration_count;

struct yq_migrate_report {
	int from, to; /* versions before and after; 0 = an empty database */
	int applied;  /* by this call */
};

/*
 * `report` may be NULL.
 *   YQ_E_STATE  the database is of a newer version than this program: nothing was changed.
 *   YQ_E_RETRY  another program has held the lock for too long.
 * else the errors of tx.h, with the migration's name.
 */
YQ_NODISCARD enum yq_rc yq_migrate(
    struct yq_firebird *firebird, struct yq_migrate_report *report, struct yq_err *err);
/* The same with a table of one's own, for tests. */
YQ_NODISCARD enum yq_rc yq_migrate_with(struct yq_firebird *firebird,
    const struct yq_migration *migrations, size_t count, struct yq_migrate_report *report,
    struct yq_err *err);
/* The database's version without changing anything; 0 when it has none of our tables. */
YQ_NODISCARD enum yq_rc yq_migrate_version(
    struct yq_firebird *firebird, int *ret_version, struct yq_err *err);

#endif
