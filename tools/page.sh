# page.sh - what npm has a hand in: the web page, and the packages of the end-to-end tests.

# npm_install FOLDER: exactly the lock file's packages, only where they are absent or older than the lock.
npm_install() {
	local stamp=$1/node_modules/.package-lock.json
	[ ! -f "$stamp" ] || [ "$1/package-lock.json" -nt "$stamp" ] || return 0
	say "npm: packages of $1"
	npm --prefix "$1" ci --include=dev --no-audit --no-fund --loglevel=error >&2 || return 1
	touch "$stamp"
}

# Builds dashboard/ into dashboard/dist/, where a source is newer than the result.
build_page() {
	[ -f dashboard/package.json ] || return 0
	npm_install dashboard || return 1
	if [ -d dashboard/dist ] && [ -z "$(find dashboard -newer dashboard/dist -type f \
		-not -path '*/node_modules/*' -not -path '*/dist/*' -print -quit)" ]; then
		return 0
	fi
	say "building the page"
	npm --prefix dashboard run --silent build >&2 || return 1
	touch dashboard/dist
}
