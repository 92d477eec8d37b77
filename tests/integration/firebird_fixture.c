/* firebird_fixture.c - starts and ends a private Firebird for a test. */
#include "firebird_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"

#define SERVER_START_MS 10000

static const char *const server_paths[] = {
	"/usr/sbin/firebird",
	"/usr/lib/firebird/bin/firebird",
	"/opt/firebird/bin/firebird",
};

YQ_NORETURN static void YQ_PRINTF(1, 2) give_up(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("Bail out! ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(99); /* Meson: an error, not a failure of what is tested */
}

static void
path_in(const struct firebird_fixture *fixture, const char *name, char path[FIXTURE_PATH_SIZE])
{
	if (!yq_str_format(path, FIXTURE_PATH_SIZE, "%s/%s", fixture->folder, name))
		give_up("path too long");
}

static void
write_file(const char *path, const char *mode, const char *text)
{
	FILE *file = fopen(path, mode);

	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		give_up("cannot write %s: %s", path, strerror(errno));
}

static void
sleep_ms(long ms)
{
	struct timespec span = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&span, NULL);
}

static uint16_t
free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) != 0)
		give_up("no free port: %s", strerror(errno));
	close(fd);
	return ntohs(address.sin_port);
}

static bool
port_answers(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answers;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	answers = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	close(fd);
	return answers;
}

/* A child with the server's root in its environment and `input` (a file or NULL) to read. */
static pid_t
start_child(const struct firebird_fixture *fixture, char *const argv[], const char *input)
{
	char root[FIXTURE_PATH_SIZE], lock[FIXTURE_PATH_SIZE], tmp[FIXTURE_PATH_SIZE];
	pid_t child;
	int fd;

	path_in(fixture, "server", root);
	path_in(fixture, "server/lock", lock);
	path_in(fixture, "server/tmp", tmp);
	child = fork();
	if (child != 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGXFSZ, SIG_IGN); /* disk.h */
	fd = open(input != NULL ? input : "/dev/null", O_RDONLY);
	dup2(fd, STDIN_FILENO);
	fd = open("/dev/null", O_WRONLY);
	dup2(fd, STDOUT_FILENO);
	setenv("FIREBIRD", root, 1);
	setenv("FIREBIRD_LOCK", lock, 1);
	setenv("FIREBIRD_TMP", tmp, 1);
	execv(argv[0], argv);
	_exit(127);
}

void
fixture_start_server(struct firebird_fixture *fixture)
{
	char program[FIXTURE_PATH_SIZE] = "", *argv[] = { program, NULL };

	for (size_t i = 0; i < YQ_COUNT(server_paths); i++) {
		if (access(server_paths[i], X_OK) == 0)
			yq_str_copy_cut(program, sizeof(program), server_paths[i]);
	}
	if (program[0] == '\0')
		give_up("no Firebird server: install the package firebird3.0-server");
	fixture->server = start_child(fixture, argv, NULL);
	for (int waited = 0; waited < SERVER_START_MS; waited += 20) {
		if (port_answers(fixture->port))
			return;
		if (waitpid(fixture->server, NULL, WNOHANG) == fixture->server)
			break;
		sleep_ms(20);
	}
	give_up("the Firebird server does not answer on port %u", fixture->port);
}

void
fixture_stop_server(struct firebird_fixture *fixture)
{
	if (fixture->server <= 0)
		return;
	kill(fixture->server, SIGKILL);
	waitpid(fixture->server, NULL, 0);
	fixture->server = 0;
}

static bool
is_program(const char *path)
{
	char head[4] = "";
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return false;
	(void)!fread(head, 1, sizeof(head), file);
	(void)fclose(file);
	return memcmp(head, "\177ELF", sizeof(head)) == 0 && access(path, X_OK) == 0;
}

/* Debian 13 has a script in its place that puts the distribution's root over the one of our
 * environment; the program itself lies beside the engine. */
void
fixture_isql(char path[FIXTURE_PATH_SIZE])
{
	static const char *const places[] = { "/usr/bin/isql-fb", "/usr/lib/*/firebird/*/bin/isql*",
		"/usr/lib/firebird/*/bin/isql*", "/usr/lib/*/firebird/*/isql*",
		"/usr/libexec/firebird*/isql*", "/usr/libexec/firebird*/bin/isql*" };

	yq_str_copy_cut(path, FIXTURE_PATH_SIZE, places[0]);
	for (size_t i = 0; i < YQ_COUNT(places) && !is_program(path); i++) {
		glob_t found;

		if (glob(places[i], 0, NULL, &found) != 0)
			continue;
		for (size_t j = 0; j < found.gl_pathc && !is_program(path); j++)
			yq_str_copy_cut(path, FIXTURE_PATH_SIZE, found.gl_pathv[j]);
		globfree(&found);
	}
	if (!is_program(path)) /* the script, if that is all there is */
		yq_str_copy_cut(path, FIXTURE_PATH_SIZE, places[0]);
}

/* The server's own users: a security database made through the embedded engine. */
static void
make_users(const struct firebird_fixture *fixture, const char *security)
{
	char script[FIXTURE_PATH_SIZE], text[1024], isql[FIXTURE_PATH_SIZE], quiet[] = "-q",
									     bail[] = "-bail";
	char *argv[] = { isql, quiet, bail, NULL };
	int status = 0;

	fixture_isql(isql);
	if (access(isql, X_OK) != 0)
		give_up("no isql-fb: install the package firebird3.0-utils");
	path_in(fixture, "users.sql", script);
	yq_str_format(text, sizeof(text),
	    "create database '%s' user sysdba;\n"
	    "create user sysdba password '%s' using plugin Srp;\ncommit;\n",
	    security, fixture->password);
	write_file(script, "w", text);
	waitpid(start_child(fixture, argv, script), &status, 0);
	unlink(script);
	if (status != 0)
		give_up("isql-fb could not make the server's users");
}

static void
prepare_server(struct firebird_fixture *fixture)
{
	char folder[FIXTURE_PATH_SIZE], settings[FIXTURE_PATH_SIZE], security[FIXTURE_PATH_SIZE];
	char text[1024];
	struct yq_firebird_root root;
	struct yq_err err = { 0 };

	path_in(fixture, "server", folder);
	path_in(fixture, "server/firebird.conf", settings);
	path_in(fixture, "server/security3.fdb", security);
	if (yq_firebird_root_prepare(folder, 0, &root, &err) != YQ_OK)
		give_up("%s", err.text);
	fixture->port = free_port();
	yq_str_format(text, sizeof(text),
	    "RemoteBindAddress = 127.0.0.1\nRemoteServicePort = %u\nSecurityDatabase = %s\n"
	    "IpcName = yq_test_%u\n",
	    (unsigned)fixture->port, security, (unsigned)fixture->port);
	write_file(settings, "a", text);
	yq_str_format(fixture->password, sizeof(fixture->password), "Pw%ld%u", (long)getpid(),
	    (unsigned)fixture->port);
	make_users(fixture, security);
}

void
fixture_start(struct firebird_fixture *fixture, int argc, char **argv)
{
	struct yq_err err = { 0 };
	char root[FIXTURE_PATH_SIZE];

	memset(fixture, 0, sizeof(*fixture));
	if (argc != 2 || (!yq_str_equal(argv[1], "embedded") && !yq_str_equal(argv[1], "served")))
		give_up("usage: %s embedded|served", argv[0]);
	fixture->served = yq_str_equal(argv[1], "served");
	yq_str_copy_cut(fixture->folder, sizeof(fixture->folder), "/tmp/yq-firebird-XXXXXX");
	if (mkdtemp(fixture->folder) == NULL)
		give_up("mkdtemp: %s", strerror(errno));
	path_in(fixture, "root", root);
	if (yq_firebird_root_prepare(root, 0, &fixture->root, &err) != YQ_OK)
		give_up("%s", err.text);
	if (fixture->served) {
		prepare_server(fixture);
		fixture_start_server(fixture);
	}
	yq_firebird_root_use(&fixture->root);
}

static int
remove_one(const char *path, const struct stat *info, int type, struct FTW *place)
{
	(void)info;
	(void)type;
	(void)place;
	return remove(path);
}

void
fixture_stop(struct firebird_fixture *fixture)
{
	fixture_stop_server(fixture);
	nftw(fixture->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
fill_target(
    struct yq_firebird_target *target, const char *database, uint16_t port, const char *password)
{
	memset(target, 0, sizeof(*target));
	yq_str_copy_cut(target->database, sizeof(target->database), database);
	yq_str_copy_cut(target->user, sizeof(target->user), "SYSDBA");
	if (port == 0)
		return;
	yq_str_copy_cut(target->host, sizeof(target->host), "127.0.0.1");
	target->port = port;
	target->password = yq_secret_make(password, strlen(password));
}

struct yq_firebird_target
fixture_new_target(struct firebird_fixture *fixture)
{
	struct yq_firebird_target target;
	char name[32], path[FIXTURE_PATH_SIZE];

	yq_str_format(name, sizeof(name), "test%u.fdb", fixture->databases++);
	path_in(fixture, name, path);
	fill_target(&target, path, fixture->port, fixture->password);
	return target;
}

pid_t
fixture_spawn_self(const struct firebird_fixture *fixture, const char *verb, const char *database)
{
	char port[16], self[] = "/proc/self/exe", word[32], path[FIXTURE_PATH_SIZE], root[1024];
	char *argv[] = { self, word, path, port, root, NULL };
	pid_t child;

	yq_str_copy_cut(word, sizeof(word), verb);
	yq_str_copy_cut(path, sizeof(path), database);
	yq_str_format(port, sizeof(port), "%u", (unsigned)fixture->port);
	yq_str_copy_cut(root, sizeof(root), fixture->root.folder);
	setenv("YQ_TEST_PASSWORD", fixture->password, 1);
	if (posix_spawn(&child, self, NULL, NULL, argv, environ) != 0)
		give_up("cannot start a child");
	return child;
}

struct yq_firebird_target
fixture_child_target(char **argv)
{
	struct yq_firebird_target target;
	struct yq_firebird_root root;
	struct yq_err err = { 0 };
	int64_t port = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!yq_str_to_int64(argv[3], 0, UINT16_MAX, &port) ||
	    yq_firebird_root_prepare(argv[4], 0, &root, &err) != YQ_OK)
		give_up("child: %s", err.text);
	yq_firebird_root_use(&root);
	fill_target(&target, argv[2], (uint16_t)port, getenv("YQ_TEST_PASSWORD"));
	return target;
}

int
fixture_wait(pid_t child, int signal)
{
	int status = 0;

	if (waitpid(child, &status, 0) != child)
		give_up("waitpid: %s", strerror(errno));
	if (WIFSIGNALED(status) && WTERMSIG(status) != signal)
		give_up("a child was ended by signal %d", WTERMSIG(status));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct yq_firebird *
fixture_open(const struct yq_firebird_target *target)
{
	const struct yq_firebird_options options = { .create = true };
	struct yq_firebird *firebird;
	struct yq_err err = { 0 };

	if (yq_firebird_open(target, &options, &firebird, &err) != YQ_OK)
		give_up("%s", err.text);
	return firebird;
}
