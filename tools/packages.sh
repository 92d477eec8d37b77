# packages.sh - what each verb needs from Debian: the only list.
#
# A row is PACKAGE[|PACKAGE...], the first that exists is installed where none is; or COMMAND=PACKAGE[|...],
# satisfied by a COMMAND from anywhere (cp949: by whatever lets the C library read Korean text).  The Valkey
# server has rules of its own: setup.sh.

NEED_BUILD="
	gcc=gcc libc6-dev
	meson=meson ninja=ninja-build pkg-config=pkg-config|pkgconf
	libuv1-dev libhiredis-dev libmicrohttpd-dev libcurl4-openssl-dev|libcurl4-gnutls-dev libwslay-dev libssl-dev
	libjson-c-dev libsodium-dev libicu-dev uuid-dev libzip-dev
	cp949=libc-gconv-modules-extra|libc6
	firebird-dev
"
NEED_RUN="$NEED_BUILD
	ca-certificates curl=curl
	firebird4.0-server-core|firebird3.0-server-core firebird4.0-utils|firebird3.0-utils
"
NEED_NODE="
	node=nodejs npm=npm
"
NEED_TEST="$NEED_RUN $NEED_NODE
	clang=clang ld.lld=lld libclang-rt-dev clang-format=clang-format clang-tidy=clang-tidy cppcheck=cppcheck
	libcmocka-dev python3=python3 procps valgrind=valgrind openssl=openssl
	firebird4.0-server|firebird3.0-server
	chromium=chromium
"
NEED_BENCH="$NEED_RUN
	python3=python3 procps
"
NEED_FUZZ="$NEED_BUILD
	clang=clang libclang-rt-dev llvm-symbolizer=llvm
"

# Services that come with the packages above.  Nobody asked for them: what we need we start ourselves.
SERVICES_OF_PACKAGES="valkey-server redis-server firebird3.0 firebird4.0"

NODE_OLDEST=18

# Prints the rows of NEED_<verb>, one a line.
packages_for() {
	local rows
	case $1 in
	run) rows=$NEED_RUN ;;
	test) rows=$NEED_TEST ;;
	bench) rows=$NEED_BENCH ;;
	fuzz) rows=$NEED_FUZZ ;;
	*) die "setup: run, test, bench or fuzz, not '$1'" ;;
	esac
	# The page is built by npm, so who serves it needs npm too.
	if [ "$1" != fuzz ] && [ -f dashboard/package.json ]; then
		rows="$rows $NEED_NODE"
	fi
	# shellcheck disable=SC2086
	printf '%s\n' $rows | sort -u
}
