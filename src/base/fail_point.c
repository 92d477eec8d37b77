/* fail_point.c - look for an order, count passages, obey.  In builds for fault tests only. */
#include "base/fail_point.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/str.h"

#define POINTS_MAX 64
#define ORDER_MAX  64
#define PATH_SIZE  4096
#define MS_MAX	   60000

struct point {
	const char *name;
	int64_t passages;      /* since the program started */
	int64_t since_armed;   /* since the file of `inode` was there */
	ino_t inode;	       /* 0 = none */
	struct timespec armed; /* an inode number may come again */
};

struct order {
	bool kill;
	int64_t pause_ms;
	int64_t at; /* passage, from 1 */
};

/* The one exception to "no mutable globals": a fail point must not need an argument, and is in no
 * program that people run. */
static struct point points[POINTS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct point *
point_of(const char *name)
{
	for (size_t i = 0; i < POINTS_MAX; i++) {
		if (points[i].name == NULL)
			points[i].name = name;
		if (yq_str_equal(points[i].name, name))
			return &points[i];
	}
	YQ_PANIC("more than %d fail points", POINTS_MAX);
}

/* "kill@3", "pause:500@1"; without @N at the first passage.  Nonsense panics: it is a test's bug.
 */
static struct order
order_parse(const char *text)
{
	struct order order = { .at = 1 };
	char what[ORDER_MAX];
	char *at;

	if (!yq_str_copy(what, sizeof(what), text))
		YQ_PANIC("fail point: order \"%s\" is too long", text);
	what[strcspn(what, "\r\n")] = '\0';
	at = strchr(what, '@');
	if (at != NULL) {
		*at = '\0';
		if (!yq_str_to_int64(at + 1, 1, INT64_MAX, &order.at))
			YQ_PANIC("fail point: no passage: \"%s\"", text);
	}
	order.kill = yq_str_equal(what, "kill");
	if (!order.kill && !(yq_str_starts(what, "pause:") &&
			       yq_str_to_int64(what + 6, 0, MS_MAX, &order.pause_ms)))
		YQ_PANIC("fail point: neither kill nor pause:MS: \"%s\"", text);
	return order;
}

/* ---- the folder ---- */

static bool
read_file(int fd, char text[ORDER_MAX])
{
	ssize_t length = read(fd, text, ORDER_MAX - 1);

	if (length <= 0)
		return false;
	text[length] = '\0';
	return true;
}

/* Whether the order in the folder, if there is one, is due now and ours to obey. */
static bool
due_by_folder(struct point *point, const char *folder, struct order *order)
{
	char path[PATH_SIZE], fired[PATH_SIZE], text[ORDER_MAX];
	struct stat info;
	bool there;
	int fd;

	if (!yq_str_format(path, sizeof(path), "%s/%s", folder, point->name) ||
	    !yq_str_format(fired, sizeof(fired), "%s/%s.fired", folder, point->name))
		YQ_PANIC("fail points: %s is too long", folder);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		point->inode = 0;
		return false;
	}
	there = fstat(fd, &info) == 0 && read_file(fd, text);
	(void)close(fd);
	if (!there)
		return false;
	if (point->inode != info.st_ino || point->armed.tv_sec != info.st_mtim.tv_sec ||
	    point->armed.tv_nsec != info.st_mtim.tv_nsec)
		point->since_armed = 0;
	point->inode = info.st_ino;
	point->armed = info.st_mtim;
	point->since_armed++;
	*order = order_parse(text);
	return point->since_armed >= order->at && rename(path, fired) == 0;
}

/* ---- the environment ---- */

static bool
due_by_environment(const struct point *point, struct order *order)
{
	const char *list = getenv("YQ_FAIL_POINTS");
	size_t name_length = strlen(point->name);

	while (list != NULL && *list != '\0') {
		size_t length = strcspn(list, ",");
		char text[ORDER_MAX];

		if (length > name_length && list[name_length] == '=' &&
		    memcmp(list, point->name, name_length) == 0) {
			if (!yq_str_copy_bytes(text, sizeof(text), list + name_length + 1,
				length - name_length - 1))
				YQ_PANIC("YQ_FAIL_POINTS: an order is too long");
			*order = order_parse(text);
			return point->passages == order->at;
		}
		list += length + (list[length] == ',');
	}
	return false;
}

void
yq_fail_point_pass(const char *name)
{
	const char *folder = getenv("YQ_FAIL_POINTS_FOLDER");
	struct order order = { 0 };
	struct point *point;
	struct timespec span;
	bool due;

	(void)pthread_mutex_lock(&lock);
	point = point_of(name);
	point->passages++;
	due = folder != NULL && due_by_folder(point, folder, &order);
	due = due || due_by_environment(point, &order);
	(void)pthread_mutex_unlock(&lock);
	if (!due)
		return;
	(void)fprintf(stderr, "fail point %s: %s\n", name, order.kill ? "kill" : "pause");
	if (order.kill)
		(void)raise(SIGKILL);
	span = (struct timespec){ order.pause_ms / 1000, order.pause_ms % 1000 * 1000000 };
	(void)nanosleep(&span, NULL);
}
