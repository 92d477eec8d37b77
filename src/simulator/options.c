/* options.c - the simulator's command line. */
#include "simulator/options.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define EXIT_WRONG_USAGE 64

static const char manual[] =
    "yq-simulator - a stock exchange of six countries that speaks the brokers' own protocols\n"
    "\n"
    "  --listen ADDRESS    default 127.0.0.1\n"
    "  --port N            default 6100; 0 = any free one, told in the log\n"
    "  --folder DIR        its book and the control token; default var/simulator\n"
    "  --seed N            of made-up prices and of mishaps; default 1\n"
    "  --walk BPS          how far prices stray, in hundredths of a per cent; default 0\n"
    "  --spread TICKS      from the price to bid and ask; default 0\n"
    "  --cash CURRENCY=N   of an account that is opened; may be given several times\n"
    "  --fee COUNTRY=RATE  commission: KR=0.00015; may be given several times\n"
    "  --hours             trade in the markets' hours only\n"
    "  --short             sell what is not held\n"
    "  --invent            any ticker is an instrument\n"
    "  --knob NAME=N       a knob at start; may be given several times\n"
    "  --script FILE       what is to happen when\n"
    "  --tls               speak TLS, with a certificate of its own: DIR/certificate.pem\n"
    "  --certificate FILE  speak TLS with this certificate (PEM, the chain behind it) ...\n"
    "  --key FILE          ... and its key\n"
    "  --no-sync           without fsync: for tests\n"
    "  --log LEVEL         error, warn, info, debug\n"
    "\n"
    "inputs:     HTTP and WebSocket: /alpaca is Alpaca's API, /kis and\n"
    "            /kis-virtual are KIS's, /control is its own\n"
    "outputs:    DIR/book, an append-only journal, flushed before anything is answered\n"
    "privileges: none; no Valkey, no database, no keys of anybody's\n"
    "failures:   the book cannot be written: it says so and ends, and answers nothing more\n"
    "\n"
    "An account is opened by the key that is used first; see docs/simulator.md.\n"
    "exit: 0 done, 64 usage, 70 could not start, or the book could not be written\n";

static bool
read_uint(const char *text, int64_t most, uint32_t *value)
{
	int64_t number;

	if (!yq_str_to_int64(text, 0, most, &number))
		return false;
	*value = (uint32_t)number;
	return true;
}

/* NAME=VALUE: the name's index, and where the value begins. */
static int
named_value(const char *text, const struct yq_names *names, struct yq_decimal *value)
{
	const char *equals = strchr(text, '=');

	if (equals == NULL || yq_decimal_parse(equals + 1, strlen(equals + 1), value) != YQ_OK ||
	    yq_decimal_sign(*value) < 0)
		return -1;
	return yq_names_find(names, text, (size_t)(equals - text));
}

static bool
set_listen(struct sim_options *o, const char *text)
{
	o->listen = text;
	return true;
}

static bool
set_port(struct sim_options *o, const char *text)
{
	uint32_t port;

	if (!read_uint(text, UINT16_MAX, &port))
		return false;
	o->port = (uint16_t)port;
	return true;
}

static bool
set_folder(struct sim_options *o, const char *text)
{
	o->folder = text;
	return text[0] != '\0';
}

static bool
set_seed(struct sim_options *o, const char *text)
{
	int64_t seed;

	if (!yq_str_to_int64(text, 0, INT64_MAX, &seed))
		return false;
	o->settings.seed = o->knobs.seed = (uint64_t)seed;
	return true;
}

static bool
set_walk(struct sim_options *o, const char *text)
{
	return read_uint(text, 4000, &o->settings.walk_bps);
}

static bool
set_spread(struct sim_options *o, const char *text)
{
	return read_uint(text, 1000, &o->settings.spread_ticks);
}

static bool
set_cash(struct sim_options *o, const char *text)
{
	struct yq_decimal value;
	int currency = named_value(text, &yq_currency_names, &value);

	if (currency < 0)
		return false;
	o->settings.cash[currency] = value;
	return true;
}

static bool
set_fee(struct sim_options *o, const char *text)
{
	struct yq_decimal value;
	int country = named_value(text, &yq_country_names, &value);

	if (country < 0)
		return false;
	o->settings.fees[country].rate = value;
	return true;
}

static bool
set_hours(struct sim_options *o, const char *text)
{
	(void)text;
	o->knobs.values[SIM_KNOB_ALWAYS_OPEN] = 0;
	return true;
}

static bool
set_short(struct sim_options *o, const char *text)
{
	(void)text;
	o->settings.allow_short = true;
	return true;
}

static bool
set_invent(struct sim_options *o, const char *text)
{
	(void)text;
	o->settings.invent = true;
	return true;
}

static bool
set_knob(struct sim_options *o, const char *text)
{
	const char *equals = strchr(text, '=');
	char name[64];
	int64_t value;

	return equals != NULL &&
	       yq_str_copy_bytes(name, sizeof(name), text, (size_t)(equals - text)) &&
	       yq_str_to_int64(equals + 1, 0, INT64_MAX, &value) &&
	       sim_knob_set(&o->knobs, name, value, NULL) == YQ_OK;
}

static bool
set_script(struct sim_options *o, const char *text)
{
	o->script = text;
	return true;
}

static bool
set_tls(struct sim_options *o, const char *text)
{
	(void)text;
	o->tls = true;
	return true;
}

static bool
set_certificate(struct sim_options *o, const char *text)
{
	o->certificate = text;
	return text[0] != '\0';
}

static bool
set_key(struct sim_options *o, const char *text)
{
	o->key = text;
	return text[0] != '\0';
}

static bool
set_no_sync(struct sim_options *o, const char *text)
{
	(void)text;
	o->sync = false;
	return true;
}

static bool
set_log(struct sim_options *o, const char *text)
{
	return yq_log_level_parse(text, &o->level);
}

static const struct {
	const char *name;
	bool value;
	bool (*set)(struct sim_options *, const char *);
} table[] = {
	{ "--listen", true, set_listen },
	{ "--port", true, set_port },
	{ "--folder", true, set_folder },
	{ "--seed", true, set_seed },
	{ "--walk", true, set_walk },
	{ "--spread", true, set_spread },
	{ "--cash", true, set_cash },
	{ "--fee", true, set_fee },
	{ "--hours", false, set_hours },
	{ "--short", false, set_short },
	{ "--invent", false, set_invent },
	{ "--knob", true, set_knob },
	{ "--script", true, set_script },
	{ "--tls", false, set_tls },
	{ "--certificate", true, set_certificate },
	{ "--key", true, set_key },
	{ "--no-sync", false, set_no_sync },
	{ "--log", true, set_log },
};

static int
wrong(const char *what, const char *argument)
{
	fprintf(stderr, "yq-simulator: %s: %s (see yq-simulator --help)\n", what, argument);
	return EXIT_WRONG_USAGE;
}

static int
read_one(struct sim_options *options, int argc, char **argv, int *at)
{
	for (size_t i = 0; i < YQ_COUNT(table); i++) {
		if (!yq_str_equal(table[i].name, argv[*at]))
			continue;
		if (table[i].value && ++*at == argc)
			return wrong("a value is missing after", table[i].name);
		return table[i].set(options, argv[*at]) ? -1 : wrong("a wrong value", argv[*at]);
	}
	return wrong("unknown argument", argv[*at]);
}

int
sim_options_read(int argc, char **argv, struct sim_options *options)
{
	*options = (struct sim_options){ .listen = "127.0.0.1",
		.port = 6100,
		.folder = "var/simulator",
		.sync = true,
		.level = YQ_LOG_INFO,
		.settings = sim_settings_default(),
		.knobs = sim_knobs_default(1) };
	for (int i = 1; i < argc; i++) {
		int code;

		if (yq_str_equal(argv[i], "--help") || yq_str_equal(argv[i], "-h")) {
			fputs(manual, stdout);
			return 0;
		}
		if (yq_str_equal(argv[i], "--version")) {
			printf("yq-simulator %s\n", YQ_VERSION);
			return 0;
		}
		code = read_one(options, argc, argv, &i);
		if (code >= 0)
			return code;
	}
	if ((options->certificate == NULL) != (options->key == NULL))
		return wrong("they go together", "--certificate and --key");
	return -1;
}
