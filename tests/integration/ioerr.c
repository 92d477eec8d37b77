/*
 * ioerr.c - stands before the C library's I/O functions.  Each goes to the kernel itself.
 */
#undef _FILE_OFFSET_BITS /* both names of each function are defined here */
#undef _FORTIFY_SOURCE

#include "ioerr.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FD_MAX 4096

enum call {
	SOCKET,
	CONNECT,
	RECEIVE,
	SEND,
	OPEN,
	READ,
	WRITE,
	SYNC,
	RENAME,
	TRUNCATE,
	SEEK,
	LOCK,
	MKDIR,
	CALL_COUNT
};

/* What a call says when it fails; and whether it may be interrupted, be short, need room. */
static const struct {
	const char *name;
	int error;
	bool interrupts, is_short, needs_room;
} calls[CALL_COUNT] = {
	[SOCKET] = { "socket", EMFILE, false, false, false },
	[CONNECT] = { "connect", ECONNREFUSED, true, false, false },
	[RECEIVE] = { "read of a socket", ECONNRESET, true, true, false },
	[SEND] = { "write to a socket", EPIPE, true, true, false },
	[OPEN] = { "open", EIO, false, false, true },
	[READ] = { "read", EIO, true, true, false },
	[WRITE] = { "write", EIO, true, true, true },
	[SYNC] = { "sync", EIO, false, false, true },
	[RENAME] = { "rename", EIO, false, false, true },
	[TRUNCATE] = { "truncate", EIO, false, false, false },
	[SEEK] = { "seek", EIO, false, false, false },
	[LOCK] = { "lock", ENOLCK, false, false, false },
	[MKDIR] = { "mkdir", EIO, false, false, true },
};

static struct {
	pthread_mutex_t lock;
	bool armed, held, fired, ever;
	struct ioerr_plan plan;
	unsigned passed;
	enum call failed;
	bool ours[FD_MAX]; /* files below plan.under */
} io = { .lock = PTHREAD_MUTEX_INITIALIZER };

const char *
ioerr_fault_name(enum ioerr_fault fault)
{
	static const char *const names[IOERR_FAULT_COUNT] = {
		[IOERR_FAIL] = "fails",
		[IOERR_FULL] = "finds no room",
		[IOERR_INTERRUPT] = "is interrupted",
		[IOERR_AGAIN] = "would block",
		[IOERR_SHORT] = "does one byte",
		[IOERR_TORN] = "does half and fails",
		[IOERR_CUT] = "is done and fails",
	};

	return names[fault];
}

void
ioerr_arm(const struct ioerr_plan *plan)
{
	(void)pthread_mutex_lock(&io.lock);
	io.plan = *plan;
	if (!io.ever)
		(void)signal(SIGPIPE, SIG_IGN); /* as every program does */
	io.armed = io.ever = true;
	io.fired = false;
	io.passed = 0;
	(void)pthread_mutex_unlock(&io.lock);
}

bool
ioerr_disarm(void)
{
	bool fired;

	(void)pthread_mutex_lock(&io.lock);
	io.armed = false;
	fired = io.fired;
	(void)pthread_mutex_unlock(&io.lock);
	return fired;
}

void
ioerr_hold(bool hold)
{
	io.held = hold;
}

const char *
ioerr_call(void)
{
	return calls[io.failed].name;
}

int
ioerr_open_files(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	if (folder == NULL)
		return -1;
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count;
}

static bool
may(enum call call)
{
	switch (io.plan.fault) {
	case IOERR_FULL:
		return calls[call].needs_room;
	case IOERR_INTERRUPT:
		return calls[call].interrupts;
	case IOERR_AGAIN:
		return call == CONNECT || call == RECEIVE || call == SEND;
	case IOERR_SHORT:
		return calls[call].is_short;
	case IOERR_TORN:
		return call == SEND || call == WRITE;
	case IOERR_CUT:
		return call != SOCKET && call != OPEN && call != LOCK && call != SEEK;
	case IOERR_FAIL:
	case IOERR_FAULT_COUNT:
	default:
		return true;
	}
}

static bool
is_ours(enum ioerr_where where, int fd)
{
	struct stat info;

	if (where == IOERR_SOCKETS)
		return fd < 0 || (fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode));
	return fd < 0 || (fd < FD_MAX && io.ours[fd]);
}

/* Whether this call is the one; `fd` < 0: what it is about was looked at. */
static bool
due(enum ioerr_where where, enum call call, int fd)
{
	bool is_due = false;

	if (!io.armed || io.held)
		return false;
	(void)pthread_mutex_lock(&io.lock);
	if (io.armed && io.plan.where == where && may(call) && is_ours(where, fd)) {
		io.passed++;
		is_due = io.passed == io.plan.nth || (io.plan.onward && io.fired);
		if (is_due && !io.fired)
			io.failed = call;
		io.fired = io.fired || is_due;
	}
	(void)pthread_mutex_unlock(&io.lock);
	return is_due;
}

static int
error_of(enum call call)
{
	if (io.plan.fault == IOERR_FULL)
		return ENOSPC;
	if (io.plan.fault == IOERR_INTERRUPT)
		return EINTR;
	if (io.plan.fault == IOERR_AGAIN)
		return EAGAIN;
	return calls[call].error;
}

static ssize_t
refuse(enum call call)
{
	errno = error_of(call);
	return -1;
}

/* A call that moves no bytes: not done, or done and its success kept back. */
static long
plain(enum call call, bool is_due, long number, long a, long b, long c)
{
	long rc;

	if (is_due && io.plan.fault != IOERR_CUT)
		return refuse(call);
	rc = syscall(number, a, b, c);
	return is_due ? refuse(call) : rc;
}

/* ---- moving bytes ---- */

struct move {
	enum call call;
	long number;
	int fd;
	void *bytes;
	size_t length;
	off_t offset;
};

static ssize_t
move_now(const struct move *m, size_t length)
{
	return syscall(m->number, m->fd, m->bytes, length, m->offset);
}

static ssize_t
move(struct move m)
{
	bool is_socket = m.call == RECEIVE || m.call == SEND, is_due;
	struct stat info;
	ssize_t moved;

	if (io.armed && fstat(m.fd, &info) == 0 && S_ISSOCK(info.st_mode))
		is_socket = true;
	if (is_socket)
		m.call = m.call == READ || m.call == RECEIVE ? RECEIVE : SEND;
	is_due = due(is_socket ? IOERR_SOCKETS : IOERR_FILES, m.call, m.fd);
	if (!is_due)
		return move_now(&m, m.length);
	switch (io.plan.fault) {
	case IOERR_SHORT:
		return move_now(&m, m.length > 0 ? 1 : 0);
	case IOERR_TORN:
		moved = move_now(&m, (m.length + 1) / 2);
		break;
	case IOERR_CUT:
		moved = move_now(&m, m.length);
		break;
	default:
		return refuse(m.call);
	}
	if (!is_socket)
		return refuse(m.call);
	(void)shutdown(m.fd, SHUT_RDWR);
	return moved;
}

ssize_t
read(int fd, void *bytes, size_t length)
{
	return move((struct move){ READ, SYS_read, fd, bytes, length, 0 });
}

ssize_t
write(int fd, const void *bytes, size_t length)
{
	return move((struct move){ WRITE, SYS_write, fd, (void *)(size_t)bytes, length, 0 });
}

ssize_t
pread64(int fd, void *bytes, size_t length, off64_t offset)
{
	return move((struct move){ READ, SYS_pread64, fd, bytes, length, offset });
}

ssize_t
pwrite64(int fd, const void *bytes, size_t length, off64_t offset)
{
	return move(
	    (struct move){ WRITE, SYS_pwrite64, fd, (void *)(size_t)bytes, length, offset });
}

/* ---- sockets ---- */

int
socket(int domain, int type, int protocol)
{
	bool is_due = due(IOERR_SOCKETS, SOCKET, -1);

	return (int)plain(SOCKET, is_due, SYS_socket, domain, type, protocol);
}

int
connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	bool is_due = due(IOERR_SOCKETS, CONNECT, fd);
	int rc;

	if (is_due && io.plan.fault != IOERR_CUT)
		return (int)refuse(CONNECT);
	rc = (int)syscall(SYS_connect, fd, address.__sockaddr__, length);
	if (is_due)
		(void)shutdown(fd, SHUT_RDWR);
	return rc;
}

/* ---- files ---- */

static int
open_at(int folder, const char *path, int flags, mode_t mode)
{
	bool ours = io.ever && io.plan.where == IOERR_FILES && io.plan.under != NULL &&
		    strncmp(path, io.plan.under, strlen(io.plan.under)) == 0;
	int fd;

	if (ours && due(IOERR_FILES, OPEN, -1))
		return (int)refuse(OPEN);
	fd = (int)syscall(SYS_openat, folder, path, flags, mode);
	if (fd >= 0 && fd < FD_MAX)
		io.ours[fd] = ours;
	return fd;
}

static mode_t
mode_of(int flags, va_list list)
{
	return (flags & (O_CREAT | O_TMPFILE)) != 0 ? (mode_t)va_arg(list, unsigned) : 0;
}

int
open64(const char *path, int flags, ...)
{
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = mode_of(flags, list);
	va_end(list);
	return open_at(AT_FDCWD, path, flags, mode);
}

int
openat64(int folder, const char *path, int flags, ...)
{
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = mode_of(flags, list);
	va_end(list);
	return open_at(folder, path, flags, mode);
}

int
fsync(int fd)
{
	return (int)plain(SYNC, due(IOERR_FILES, SYNC, fd), SYS_fsync, fd, 0, 0);
}

int
fdatasync(int fd)
{
	return (int)plain(SYNC, due(IOERR_FILES, SYNC, fd), SYS_fdatasync, fd, 0, 0);
}

int
ftruncate64(int fd, off64_t length)
{
	return (int)plain(TRUNCATE, due(IOERR_FILES, TRUNCATE, fd), SYS_ftruncate, fd, length, 0);
}

off64_t
lseek64(int fd, off64_t offset, int whence)
{
	return plain(SEEK, due(IOERR_FILES, SEEK, fd), SYS_lseek, fd, offset, whence);
}

int
flock(int fd, int operation)
{
	return (int)plain(LOCK, due(IOERR_FILES, LOCK, fd), SYS_flock, fd, operation, 0);
}

static bool
is_below(const char *path)
{
	return io.ever && io.plan.under != NULL &&
	       strncmp(path, io.plan.under, strlen(io.plan.under)) == 0;
}

int
rename(const char *from, const char *to)
{
	bool is_due = is_below(to) && due(IOERR_FILES, RENAME, -1);
	int rc;

	if (is_due && io.plan.fault != IOERR_CUT)
		return (int)refuse(RENAME);
	rc = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
	return is_due ? (int)refuse(RENAME) : rc;
}

int
mkdir(const char *path, mode_t mode)
{
	bool is_due = is_below(path) && due(IOERR_FILES, MKDIR, -1);
	int rc;

	if (is_due && io.plan.fault != IOERR_CUT)
		return (int)refuse(MKDIR);
	rc = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
	return is_due ? (int)refuse(MKDIR) : rc;
}

int
close(int fd)
{
	if (fd >= 0 && fd < FD_MAX)
		io.ours[fd] = false;
	return (int)syscall(SYS_close, fd);
}

/* The same functions under their other names, for libraries that were built so. */
int open(const char *path, int flags, ...) __attribute__((alias("open64")));
int openat(int folder, const char *path, int flags, ...) __attribute__((alias("openat64")));
int ftruncate(int fd, off_t length) __attribute__((alias("ftruncate64")));
off_t lseek(int fd, off_t offset, int whence) __attribute__((alias("lseek64")));
ssize_t pread(int fd, void *bytes, size_t length, off_t offset) __attribute__((alias("pread64")));
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset)
    __attribute__((alias("pwrite64")));
