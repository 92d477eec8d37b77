/*
 * paper_unruly.c - the paper broker misbehaves, as its settings ask for: calls refused for the
 * moment, events told never, twice, late and after later ones.  Its book is right all the while.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "broker/paper_adapter.h"

bool
yq_paper_chance(struct yq_paper *paper, uint32_t ppm)
{
	return ppm != 0 && yq_table_hash_join(paper->settings.seed, ++paper->draws) % 1000000 < ppm;
}

static struct yq_paper_told
told_copy(const struct yq_paper_told *told)
{
	struct yq_paper_told copy = *told;

	if (told->text != NULL)
		copy.text = yq_xstrdup(told->text);
	return copy;
}

static void
put(struct yq_paper_batch *batch, struct yq_paper_told told)
{
	*yq_paper_tell(batch, told.kind, told.time_us) = told;
}

/*
 * What is held back is told after what comes later: at the end of the next batch, which the tick
 * brings at the latest.  Quotes are left alone: the next one says the same.
 */
void
yq_paper_disorder(struct yq_paper *paper, struct yq_paper_batch *batch)
{
	struct yq_paper_batch *held = paper->held;
	size_t kept = 0, count = batch->told_count;

	if (held == NULL && paper->settings.duplicate_ppm == 0 &&
	    paper->settings.reorder_ppm == 0 && paper->settings.lost_ppm == 0)
		return;
	paper->held = yq_paper_batch_make();
	for (size_t i = 0; i < count; i++) {
		struct yq_paper_told told = batch->told[i];

		if (told.kind == YQ_BROKER_EV_FILL &&
		    yq_paper_chance(paper, paper->settings.lost_ppm)) {
			free(told.text);
			continue;
		}
		if (told.kind != YQ_BROKER_EV_QUOTE) {
			if (yq_paper_chance(paper, paper->settings.duplicate_ppm))
				put(paper->held, told_copy(&told));
			if (yq_paper_chance(paper, paper->settings.reorder_ppm)) {
				put(paper->held, told);
				continue;
			}
		}
		batch->told[kept++] = told;
	}
	batch->told_count = kept;
	for (size_t i = 0; held != NULL && i < held->told_count; i++)
		put(batch, held->told[i]);
	if (held != NULL)
		held->told_count = 0; /* the texts went along */
	yq_paper_batch_free(held);
}
