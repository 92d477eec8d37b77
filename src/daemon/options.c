/* options.c - the command line that all daemons share. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "daemon/internal.h"

static const char usage[] =
    "usage: %s [--config DIR] [--overlay FILE] [--check] [--version] [--help]\n"
    "  --config DIR    folder of appsettings.json and appsecrets.json (default: .)\n"
    "  --overlay FILE  a settings file, mode 0600, that wins over those of the folder\n"
    "  --check         check the configuration and stop\n"
    "  --version       print the version and stop\n"
    "  --help          print this manual and stop\n";

static int
wrong(const struct yq_daemon_spec *spec, const char *what, const char *argument)
{
	fprintf(stderr, "%s: %s: %s\n", spec->program, what, argument);
	fprintf(stderr, usage, spec->program);
	return YQ_EXIT_USAGE;
}

static int
print_help(const struct yq_daemon_spec *spec)
{
	printf("%s\n", spec->manual);
	printf(usage, spec->program);
	printf(
	    "\nexit: 0 done, 64 usage, 69 Valkey unreachable, 70 could not start, 75 stopped "
	    "before\nwork in flight had ended, 76 Valkey holds other functions, 77 Valkey refused "
	    "user or\npassword, 78 configuration.  SIGHUP reloads what is safe; SIGTERM drains, "
	    "twice stops.\n");
	return YQ_EXIT_OK;
}

int
daemon_options_read(
    const struct yq_daemon_spec *spec, int argc, char **argv, struct daemon_options *options)
{
	*options = (struct daemon_options){ .folder = "." };
	for (int i = 1; i < argc; i++) {
		const char *name = argv[i];
		const char **value = NULL;

		if (yq_str_equal(name, "--help") || yq_str_equal(name, "-h"))
			return print_help(spec);
		if (yq_str_equal(name, "--version")) {
			printf("%s %s\n", spec->program, YQ_VERSION);
			return YQ_EXIT_OK;
		}
		if (yq_str_equal(name, "--check")) {
			options->check = true;
			continue;
		}
		if (yq_str_equal(name, "--config"))
			value = &options->folder;
		else if (yq_str_equal(name, "--overlay"))
			value = &options->overlay;
		else
			return wrong(spec, "unknown argument", name);
		if (++i == argc)
			return wrong(spec, "a value is missing after", name);
		*value = argv[i];
	}
	return -1;
}
