/* ask.c - questions to whoever sits at the console. */
#include "console/ask.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/str.h"

#define CTRL_C '\003'

/* Byte by byte, so that nothing of a key stays in a buffer of stdio's.  False: no line. */
static bool
read_line(char *line, size_t size)
{
	size_t length = 0;
	ssize_t got = 0;
	char byte = '\0';

	while ((got = read(STDIN_FILENO, &byte, 1)) == 1 && byte != '\n')
		if (length + 1 < size)
			line[length++] = byte;
		else
			size = 0; /* too long: to the end of the line, and refused */
	if (size == 0 || (got != 1 && length == 0))
		return false;
	line[length] = '\0';
	return true;
}

/* Without spaces at both ends, which come along when a key is pasted. */
static void
trim(char *line)
{
	size_t first = strspn(line, " \t\r"), length = strlen(line);

	while (length > first && strchr(" \t\r", line[length - 1]) != NULL)
		length--;
	memmove(line, line + first, length - first);
	line[length - first] = '\0';
}

static void
show(const char *question)
{
	if (isatty(STDIN_FILENO) == 0)
		return;
	fprintf(stderr, "%s: ", question);
	fflush(stderr);
}

bool
yq_ask(const char *question, char *answer, size_t size)
{
	char line[YQ_ASK_MAX];

	show(question);
	if (!read_line(line, sizeof(line)))
		return false;
	trim(line);
	return yq_str_copy(answer, size, line);
}

struct yq_secret *
yq_ask_secret(const char *question)
{
	struct yq_secret *secret = NULL;
	struct termios before, quiet;
	bool is_terminal = tcgetattr(STDIN_FILENO, &before) == 0;
	char line[YQ_ASK_MAX] = "";

	show(question);
	if (is_terminal) {
		/* A signal would leave the terminal without echo, so Ctrl-C comes as a byte. */
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	if (read_line(line, sizeof(line)) && strchr(line, CTRL_C) == NULL) {
		trim(line);
		if (line[0] != '\0')
			secret = yq_secret_make(line, strlen(line));
	}
	yq_wipe(line, sizeof(line));
	if (is_terminal) {
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputc('\n', stderr);
	}
	return secret;
}
