/*
 * ioerr.h - makes the n-th call of the program itself to the kernel fail: sockets or files.
 *
 * Linked into a test it stands before the C library's own functions, for the shared libraries too
 * (libuv, hiredis, Firebird's engine).  A test arms it, runs an operation from the same start with
 * n = 1, 2, 3 ..., and is through when nothing failed any more.  Any thread.
 */
#ifndef YQ_TESTS_IOERR_H
#define YQ_TESTS_IOERR_H

#include <stdbool.h>

enum ioerr_where { IOERR_SOCKETS, IOERR_FILES };

enum ioerr_fault {
	IOERR_FAIL,	 /* nothing is done: EIO, ECONNRESET, ECONNREFUSED ... */
	IOERR_FULL,	 /* files: what needs room gets ENOSPC */
	IOERR_INTERRUPT, /* EINTR, where the call may give it */
	IOERR_AGAIN,	 /* sockets: EAGAIN */
	IOERR_SHORT,	 /* only the first byte is read or written */
	IOERR_TORN,	 /* half is written, then it fails (a socket: it is closed) */
	IOERR_CUT, /* done, and then: a socket is closed, a file's call says EIO all the same */
	IOERR_FAULT_COUNT
};
const char *ioerr_fault_name(enum ioerr_fault fault);

struct ioerr_plan {
	enum ioerr_where where;
	enum ioerr_fault fault;
	unsigned nth;	   /* of the calls that may fail so; from 1 */
	bool onward;	   /* all later ones too, until disarmed */
	const char *under; /* files: only those opened below this folder since the first arming */
};

void ioerr_arm(const struct ioerr_plan *plan); /* `under` must live until disarmed */
/* Whether a call was made to fail since then. */
bool ioerr_disarm(void);
/* Let the test's own calls through meanwhile; true and false in turn. */
void ioerr_hold(bool hold);
/* The call that failed first: "write". */
const char *ioerr_call(void);

/* How many descriptors this program has open: none may leak. */
int ioerr_open_files(void);

#endif
