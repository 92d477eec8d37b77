/* robust.c - leads the embedded engine's calls for shared mutexes to robust ones. */
#include "store/robust.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <glob.h>
#include <link.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/common.h"
#include "base/str.h"

#define ENGINE_FILES "/plugins/libEngine*.so"
#define PATH_SIZE    1024

#if __SIZEOF_POINTER__ == 8
#define SYMBOL_OF(info) ELF64_R_SYM(info)
#else
#define SYMBOL_OF(info) ELF32_R_SYM(info)
#endif

/* ---- what stands in for the engine's calls ---- */

static int
make_shared(pthread_mutexattr_t *attributes, int shared)
{
	int rc = pthread_mutexattr_setpshared(attributes, shared);

	if (rc == 0 && shared == PTHREAD_PROCESS_SHARED)
		rc = pthread_mutexattr_setrobust(attributes, PTHREAD_MUTEX_ROBUST);
	return rc;
}

/* Its holder is dead: what it guards is looked at by the engine, which notes who is at work in it.
 */
static int
take_over(pthread_mutex_t *mutex, int rc)
{
	return rc == EOWNERDEAD ? pthread_mutex_consistent(mutex) : rc;
}

static int
lock(pthread_mutex_t *mutex)
{
	return take_over(mutex, pthread_mutex_lock(mutex));
}

static int
try_lock(pthread_mutex_t *mutex)
{
	return take_over(mutex, pthread_mutex_trylock(mutex));
}

static int
wait_for(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	return take_over(mutex, pthread_cond_wait(condition, mutex));
}

static int
wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *end)
{
	return take_over(mutex, pthread_cond_timedwait(condition, mutex, end));
}

/* ---- the table of imports ---- */

typedef void any_call(void);

static const struct lead {
	const char *name;
	any_call *ours;
} leads[] = {
	{ "pthread_mutexattr_setpshared", (any_call *)make_shared },
	{ "pthread_mutex_lock", (any_call *)lock },
	{ "pthread_mutex_trylock", (any_call *)try_lock },
	{ "pthread_cond_wait", (any_call *)wait_for },
	{ "pthread_cond_timedwait", (any_call *)wait_until },
};

static any_call *
find_lead(const char *name)
{
	for (size_t i = 0; i < YQ_COUNT(leads); i++)
		if (yq_str_equal(leads[i].name, name))
			return leads[i].ours;
	return NULL;
}

struct image {
	ElfW(Addr) base;
	const ElfW(Sym) * symbols;
	const char *names;
	const ElfW(Rela) * imports; /* of calls */
	size_t import_bytes;
	ElfW(Addr) sealed, sealed_end; /* read-only since it was loaded */
};

static void
read_dynamic(struct image *image, const ElfW(Dyn) * entry)
{
	bool with_addend = false;

	for (; entry->d_tag != DT_NULL; entry++) {
		const void *at = (const void *)entry->d_un.d_ptr;

		if (entry->d_tag == DT_SYMTAB)
			image->symbols = at;
		else if (entry->d_tag == DT_STRTAB)
			image->names = at;
		else if (entry->d_tag == DT_JMPREL)
			image->imports = at;
		else if (entry->d_tag == DT_PLTRELSZ)
			image->import_bytes = entry->d_un.d_val;
		else if (entry->d_tag == DT_PLTREL)
			with_addend = entry->d_un.d_val == DT_RELA;
	}
	if (!with_addend)
		image->imports = NULL;
}

/* The part that the loader made read-only. */
static int
find_seal(struct dl_phdr_info *info, size_t size, void *cookie)
{
	struct image *image = cookie;

	(void)size;
	if (info->dlpi_addr != image->base)
		return 0;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_GNU_RELRO)
			continue;
		image->sealed = info->dlpi_addr + part->p_vaddr;
		image->sealed_end = image->sealed + part->p_memsz;
	}
	return 1;
}

static bool
protect(const struct image *image, int how)
{
	ElfW(Addr) page = (ElfW(Addr))sysconf(_SC_PAGESIZE);
	ElfW(Addr) from = image->sealed & ~(page - 1), to = image->sealed_end & ~(page - 1);

	return to <= from || mprotect((void *)from, to - from, how) == 0;
}

static enum yq_rc
lead_all(const struct image *image, struct yq_err *err)
{
	if (image->symbols == NULL || image->names == NULL || image->imports == NULL)
		return YQ_OK;
	if (!protect(image, PROT_READ | PROT_WRITE))
		return yq_err_errno(
		    err, YQ_E_SYSTEM, errno, "the imports of Firebird's engine cannot be written");
	for (size_t i = 0; i < image->import_bytes / sizeof(image->imports[0]); i++) {
		const ElfW(Rela) *row = &image->imports[i];
		const ElfW(Sym) *symbol = &image->symbols[SYMBOL_OF(row->r_info)];
		any_call *ours = find_lead(image->names + symbol->st_name);

		if (ours != NULL)
			memcpy((void *)(image->base + row->r_offset), &ours, sizeof(ours));
	}
	(void)protect(image, PROT_READ);
	return YQ_OK;
}

/* The engine stays loaded: it would be as long as anything is attached. */
static enum yq_rc
load(const char *path, struct image *image, struct yq_err *err)
{
	void *engine = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	struct link_map *map = NULL;

	if (engine == NULL || dlinfo(engine, RTLD_DI_LINKMAP, &map) != 0)
		return yq_err_set(
		    err, YQ_E_NOT_FOUND, "Firebird's engine cannot be loaded (%s)", dlerror());
	image->base = map->l_addr;
	read_dynamic(image, map->l_ld);
	(void)dl_iterate_phdr(find_seal, image);
	return YQ_OK;
}

static enum yq_rc
lead_engine(const char *folder, struct yq_err *err)
{
	struct image image = { 0 };
	glob_t found = { 0 };
	char pattern[PATH_SIZE];
	enum yq_rc rc = YQ_E_NOT_FOUND;

	if (!yq_str_format(pattern, sizeof(pattern), "%s" ENGINE_FILES, folder))
		return yq_err_set(err, YQ_E_NOT_FOUND, "%s: the path is too long", folder);
	if (glob(pattern, 0, NULL, &found) == 0)
		rc = load(found.gl_pathv[0], &image, err);
	else
		rc = yq_err_set(err, YQ_E_NOT_FOUND, "there is no %s", pattern);
	globfree(&found);
	return rc == YQ_OK ? lead_all(&image, err) : rc;
}

enum yq_rc
yq_robust_lead(const char *folder, struct yq_err *err)
{
	static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
	static bool done;
	enum yq_rc rc = YQ_OK;

	(void)pthread_mutex_lock(&turn);
	if (!done)
		rc = lead_engine(folder, err);
	done = done || rc == YQ_OK;
	(void)pthread_mutex_unlock(&turn);
	return rc;
}
