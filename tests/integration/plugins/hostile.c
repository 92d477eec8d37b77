/*
 * hostile.c - sizing plug-ins that do what no plug-in should.  One is built for each HOW, by its
 * name here; GOOD buys two, HALF for half of the buying power.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <yquant/sizer.h>

#define GOOD	      0
#define CRASH	      1
#define LOOP	      2
#define END	      3
#define NONSENSE      4
#define NO_REASON_END 5 /* its reason has no end */
#define PRINT	      6
#define CLOSE_ALL     7
#define FORK	      8
#define OVERWRITE     9
#define ABI_2	      10
#define OTHER_SIZE    11
#define NO_SYMBOL     12
#define LOAD_CRASH    13
#define LOAD_LOOP     14
#define NO_NAME	      15
#define WRITE_FILE    16
#define EAT	      17
#define SILENT	      18
#define HALF	      19

static void
crash(void)
{
	signal(SIGSEGV, SIG_DFL); /* a sanitizer's handler would end it in order */
	raise(SIGSEGV);
}

static void
loop(void)
{
	for (;;)
		pause();
}

#if HOW == LOAD_CRASH || HOW == LOAD_LOOP
__attribute__((constructor)) static void
at_load(void)
{
	if (HOW == LOAD_CRASH)
		crash();
	loop();
}
#endif

/* Onto the descriptors that are not its own, the socket among them. */
static void
overwrite(struct yq_sizer_output *out)
{
	static const char junk[] = "junk";

	for (int fd = 1; fd < 8; fd++)
		(void)!write(fd, junk, sizeof(junk));
	memset(out, 0x5a, sizeof(*out));
}

static void
print(void)
{
	for (int i = 0; i < 100000; i++)
		puts("what a plug-in prints, nobody hears");
	fflush(stdout);
}

/* Addresses, not pages: nobody else shall want for memory. */
static void
eat(void)
{
	for (int i = 0; i < 1 << 16; i++)
		if (malloc(1 << 24) == NULL)
			break;
	abort();
}

static void
write_file(void)
{
	FILE *file = tmpfile();

	if (file == NULL)
		return;
	fputs("here", file);
	fclose(file);
}

static void
misbehave(struct yq_sizer_output *out)
{
	switch (HOW) {
	case CRASH:
		crash();
		break;
	case LOOP:
		loop();
		break;
	case END:
		_exit(0);
	case NONSENSE:
		out->verdict = 7;
		break;
	case NO_REASON_END:
		memset(out->reason, 'a', sizeof(out->reason));
		break;
	case PRINT:
		print();
		break;
	case CLOSE_ALL:
		for (int fd = 0; fd < 64; fd++)
			close(fd);
		break;
	case FORK:
		(void)!fork();
		break;
	case OVERWRITE:
		overwrite(out);
		break;
	case WRITE_FILE:
		write_file();
		break;
	case EAT:
		eat();
		break;
	case SILENT:
		memset(out, 0, sizeof(*out));
		break;
	default:
		break;
	}
}

static void
decide(const struct yq_sizer_input *in, struct yq_sizer_output *out)
{
	out->verdict = YQ_SIZER_OPEN;
	out->qty_e8 = 2 * YQ_SIZER_E8;
	if (HOW == HALF)
		out->qty_e8 = in->buying_power_e4 / 2 * (YQ_SIZER_E8 / YQ_SIZER_E4) /
			      (in->price_e8 / YQ_SIZER_E8);
	strcpy(out->reason, "two are enough");
	misbehave(out);
}

#if HOW == NO_SYMBOL
const struct yq_sizer_api *yq_sizer_v2(void);
#define yq_sizer_v1 yq_sizer_v2
#endif

__attribute__((visibility("default"))) const struct yq_sizer_api *
yq_sizer_v1(void)
{
	static const struct yq_sizer_api api = {
		.abi = HOW == ABI_2 ? 2 : YQ_SIZER_ABI,
		.api_size = sizeof(struct yq_sizer_api),
		.input_size = sizeof(struct yq_sizer_input) - (HOW == OTHER_SIZE ? 8 : 0),
		.output_size = sizeof(struct yq_sizer_output),
		.name = HOW == NO_NAME ? "" : "hostile",
		.description = "For tests.",
		.decide = decide,
	};

	return &api;
}
