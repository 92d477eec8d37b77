/*
 * master_test.h - master files made from nothing: lines in CP949 whose every field is where the
 * broker's document has it, typed here once more and not taken from the source.
 */
#ifndef YQ_TESTS_UNIT_MASTER_TEST_H
#define YQ_TESTS_UNIT_MASTER_TEST_H

#include <iconv.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "catalog/master.h"

#include "test.h"

#define FILE_MAX ((size_t)128 * 1024 * 1024)

static inline const struct yq_master *
master_of(const char *code)
{
	size_t i = 0;

	while (i + 1 < YQ_MASTERS && !yq_str_equal(yq_masters[i].code, code))
		i++;
	assert_string_equal(yq_masters[i].code, code);
	return &yq_masters[i];
}

/* UTF-8 as CP949. */
static inline void
add_korean(struct yq_buf *file, const char *text)
{
	iconv_t table = iconv_open("CP949", "UTF-8");
	char in[512], out[512], *from = in, *to = out;
	size_t left = strlen(text), room = sizeof(out);

	assert_true(yq_str_copy(in, sizeof(in), text));
	assert_true(iconv(table, &from, &left, &to, &room) != (size_t)-1);
	iconv_close(table);
	yq_buf_add(file, out, sizeof(out) - room);
}

/* ---- *.mst ---- */

/* NULL = as of the line of 005930. */
struct mst_line {
	const char *code, *isin, *name, *group, *product, *base, *lot, *halted, *liquidation,
	    *administrative, *warning;
	int spare;
};
#define MST_LINE(...) ((const struct mst_line){ .spare = 0, __VA_ARGS__ })

static inline const char *
either(const char *given, const char *otherwise)
{
	return given != NULL ? given : otherwise;
}

static inline void
put(char *tail, size_t offset, const char *text)
{
	memcpy(tail + offset, text, strlen(text));
}

static inline void
add_padded(struct yq_buf *file, const char *text, size_t length)
{
	size_t begin = file->length;

	add_korean(file, text);
	while (file->length < begin + length)
		yq_buf_add_char(file, ' ');
}

static inline void
add_mst_line(struct yq_buf *file, const char *market, const struct mst_line *line)
{
	char tail[228] = "";
	size_t length;

	memset(tail, '0', sizeof(tail));
	if (yq_str_equal(market, "KOSPI")) {
		length = 227;
		put(tail, 22, either(either(line->product, " "), " "));
		put(tail, 41, either(either(line->base, "000071500"), "000071500"));
		put(tail, 50, either(either(line->lot, "00001"), "00001"));
		put(tail, 60, either(either(line->halted, "N"), "N"));
		put(tail, 61, either(either(line->liquidation, "N"), "N"));
		put(tail, 62, either(either(line->administrative, "N"), "N"));
		put(tail, 63, either(either(line->warning, "00"), "00"));
	} else if (yq_str_equal(market, "KOSDAQ")) {
		length = 221;
		put(tail, 18, either(either(line->product, " "), " "));
		put(tail, 36, either(either(line->base, "000071500"), "000071500"));
		put(tail, 45, either(either(line->lot, "00001"), "00001"));
		put(tail, 55, either(either(line->halted, "N"), "N"));
		put(tail, 56, either(either(line->liquidation, "N"), "N"));
		put(tail, 57, either(either(line->administrative, "N"), "N"));
		put(tail, 58, either(either(line->warning, "00"), "00"));
	} else {
		length = 184;
		put(tail, 2, either(either(line->base, "000071500"), "000071500"));
		put(tail, 11, either(either(line->lot, "00001"), "00001"));
		put(tail, 21, either(either(line->halted, "N"), "N"));
	}
	put(tail, 0, either(either(line->group, "ST"), "ST"));
	add_padded(file, either(line->code, "005930"), 9);
	add_padded(file, either(line->isin, "KR7005930003"), 12);
	add_padded(file, either(line->name, "삼성전자"), 40);
	yq_buf_add(file, tail, length);
	yq_buf_add_text(file, "\n");
}

/* ---- *.cod ---- */

/* NULL = as of the line of AAPL. */
struct cod_line {
	const char *ncod, *exid, *excd, *exnm, *symb, *rsym, *knam, *enam, *stis, *curr, *zdiv,
	    *ztyp, *base, *bnit, *anit, *mstm, *metm, *isdr, *drcd, *icod, *sjong, *ttyp, *etyp,
	    *ttyp_sb;
	int spare;
};
#define COD_LINE(...) ((const struct cod_line){ .spare = 0, __VA_ARGS__ })

static inline void
add_cod_line(struct yq_buf *file, const struct cod_line *line)
{
	const char *const cells[] = { either(line->ncod, "US"), either(line->exid, "NASD"),
		either(line->excd, "NAS"), either(line->exnm, "나스닥"), either(line->symb, "AAPL"),
		either(line->rsym, "DNASAAPL"), either(line->knam, "애플"),
		either(line->enam, "APPLE INC"), either(line->stis, "2"), either(line->curr, "USD"),
		either(line->zdiv, "4"), either(line->ztyp, ""), either(line->base, "189.5000"),
		either(line->bnit, "1"), either(line->anit, "1"), either(line->mstm, "0930"),
		either(line->metm, "1600"), either(line->isdr, "N"), either(line->drcd, ""),
		either(line->icod, "310"), either(line->sjong, "0"), either(line->ttyp, "1"),
		either(line->etyp, ""), either(line->ttyp_sb, "") };

	for (size_t i = 0; i < YQ_COUNT(cells); i++) {
		if (i > 0)
			yq_buf_add_char(file, '\t');
		add_korean(file, cells[i]);
	}
	yq_buf_add_text(file, "\r\n");
}

/* The column names as a file may have them in its first row. */
static inline void
add_cod_header(struct yq_buf *file)
{
	add_cod_line(
	    file, &(const struct cod_line){ "ncod", "exid", "excd", "exnm", "symb", "rsym", "knam",
		      "enam", "stis", "curr", "zdiv", "ztyp", "base", "bnit", "anit", "mstm",
		      "metm", "isdr", "drcd", "icod", "sjong", "ttyp", "etyp", "ttyp_sb", 0 });
}

#endif
