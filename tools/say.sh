# say.sh - how ./dev speaks: one line a step on stderr, so that stdout stays the tools' own.

say() {
	printf '== %s\n' "$*" >&2
}

warn() {
	printf 'warning: %s\n' "$*" >&2
}

die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

have() {
	command -v "$1" >/dev/null 2>&1
}
