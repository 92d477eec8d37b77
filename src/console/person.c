/* person.c - who sits at the console. */
#include "console/person.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

struct yq_hand
yq_person(void)
{
	struct yq_hand hand = { .origin = "Console" };
	struct passwd entry, *found = NULL;
	char memory[1024], host[256] = "?", user[96] = "?";

	if (getpwuid_r(getuid(), &entry, memory, sizeof(memory), &found) == 0 && found != NULL)
		yq_str_copy_cut(user, sizeof(user), entry.pw_name);
	if (gethostname(host, sizeof(host)) == 0)
		host[sizeof(host) - 1] = '\0';
	if (!yq_str_format(hand.who, sizeof(hand.who), "%s@%s", user, host))
		yq_str_copy_cut(
		    hand.who, sizeof(hand.who), user); /* a host's name of that length */
	return hand;
}

bool
yq_person_agrees(const char *question)
{
	char line[16];

	if (isatty(STDIN_FILENO) == 0)
		return true;
	fprintf(stderr, "%s [y/N] ", question);
	fflush(stderr);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	return yq_str_equal_nocase(line, "y") || yq_str_equal_nocase(line, "yes");
}
