# setup.sh - install what a verb needs and nothing else; say so first; leave no service running.

# setup VERB: returns with everything installed, or ends the script saying what to do.
setup() {
	local rows missing server=
	rows=$(packages_for "$1")
	missing=$(rows_missing "$rows")
	[ "$1" = fuzz ] || have_valkey || server=yes
	check_node "$rows"
	[ -n "$missing$server" ] || return 0

	have apt-get || die "this is not Debian; install the equivalents of:" $missing ${server:+valkey-server}
	become_root_or_say "$missing" "$server"
	install_all "$missing" "$server"
	missing=$(rows_missing "$rows")
	[ -z "$missing" ] || die "still missing after the installation:" $missing
}

# Prints those of the rows that this machine lacks.  One dpkg-query for all: it is the slow part.
rows_missing() {
	local row command package installed ok
	installed=" $(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null |
		awk '$2 == "installed" { printf "%s ", $1 }')"
	for row in $1; do
		ok=
		case $row in
		*=*)
			command=${row%%=*}
			! offers "$command" || ok=yes
			;;
		*)
			for package in ${row//|/ }; do
				[[ $installed != *" $package "* ]] || ok=yes
			done
			;;
		esac
		[ -n "$ok" ] || printf '%s\n' "$row"
	done
}

# A command, or what the C library can do: Debian 13 keeps its rarer tables in a package of their own.
offers() {
	case $1 in
	cp949) iconv -f CP949 -t UTF-8 </dev/null >/dev/null 2>&1 ;;
	*) have "$1" ;;
	esac
}

# A node from elsewhere that is too old hides Debian's: we cannot mend that, only say it.
check_node() {
	local major
	[[ $1 == *node=* ]] && have node || return 0
	major=$(node -p 'process.versions.node.split(".")[0]')
	[ "$major" -ge "$NODE_OLDEST" ] ||
		die "$(command -v node) is version $major; $NODE_OLDEST or newer is needed"
}

# Valkey, or a Redis of the same protocol age.
have_valkey() {
	have valkey-server && return 0
	have redis-server || return 1
	[ "$(redis-server --version | sed -n 's/.*v=\([0-9]*\)\..*/\1/p')" -ge 7 ]
}

# Sets AS_ROOT, the words to put before a command; or prints the commands and ends.
become_root_or_say() {
	AS_ROOT=()
	[ "$(id -u)" -ne 0 ] || return 0
	if have sudo; then
		AS_ROOT=(sudo)
		return 0
	fi
	{
		echo "Some packages are missing, and without root or sudo they cannot be installed. As root, run:"
		echo "  apt-get update && apt-get install --no-install-recommends $(first_choices "$1" | xargs)${2:+ valkey-server}"
		if [ -n "$2" ] && [ -z "$(candidate valkey-server)" ]; then
			echo "valkey-server is in $(codename)-backports; redis-server, 7 or newer, does as well."
		fi
	} >&2
	exit 1
}

# install_all ROWS SERVER: ROWS may be empty; SERVER is non-empty where a Valkey server is wanted too.
install_all() {
	local rows=$1 server=$2 packages=()
	say "updating the package lists"
	apt_get update || warn "apt-get update failed; going on with the lists that are here"
	mapfile -t packages < <(first_choices "$rows")
	if [ -n "$server" ]; then
		mapfile -t -O "${#packages[@]}" packages < <(valkey_packages)
	fi
	say "installing: ${packages[*]}"
	apt_install "${packages[@]}"
	[ -z "$server" ] || have_valkey || die "no Valkey and no Redis 7 server could be installed"
}

# Prints one package a row: the first that apt could install.
first_choices() {
	local row package choice
	for row in $1; do
		row=${row#*=}
		choice=${row%%|*}
		for package in ${row//|/ }; do
			if [ -n "$(candidate "$package")" ]; then
				choice=$package
				break
			fi
		done
		printf '%s\n' "$choice"
	done
}

candidate() {
	apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: //p' | grep -v '^(none)$' || true
}

codename() {
	sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

# Prints the package of the server.  Debian 12 has Valkey in backports only; a machine without them gets
# them from the mirror it already uses, and where that fails Redis 7 from the main archive does.
valkey_packages() {
	if [ -z "$(candidate valkey-server)" ]; then
		add_backports >&2 || warn "no backports to be had"
	fi
	if [ -n "$(candidate valkey-server)" ]; then
		printf '%s\n' valkey-server
	else
		printf '%s\n' redis-server
	fi
}

BACKPORTS_FILE=/etc/apt/sources.list.d/yquant-backports

add_backports() {
	local entry uri suite file target extension
	entry=$(apt-get indextargets --format \
		'$(CODENAME) $(LABEL) $(COMPONENT) $(IDENTIFIER) $(REPO_URI) $(RELEASE) $(SOURCESENTRY)' |
		awk -v want="$(codename) Debian main Packages" 'index($0, want " ") == 1 && !seen++') || return 1
	[ -n "$entry" ] || return 1
	read -r _ _ _ _ uri suite file <<<"$entry"
	file=${file%:*}
	extension=${file##*.}
	target=$BACKPORTS_FILE.$extension
	say "adding $(codename)-backports, for valkey-server, from the mirror in $file: $target"
	if [ "$extension" = sources ]; then
		backports_stanza "$file" "${uri%/}" "$suite"
	else
		backports_line "$file" "${uri%/}" "$suite"
	fi | "${AS_ROOT[@]}" tee "$target" >/dev/null
	if ! apt_get update -o Dir::Etc::SourceList="$target" -o Dir::Etc::SourceParts=- \
		-o APT::Get::List-Cleanup=0 || [ -z "$(candidate valkey-server)" ]; then
		"${AS_ROOT[@]}" rm -f "$target"
		return 1
	fi
}

# The stanza of the main archive, with everything that makes it trusted, for another suite.
backports_stanza() {
	awk -v uri="$2" -v suite="$3" -v wanted="$(codename)-backports" '
		BEGIN { RS = ""; FS = "\n" }
		index($0, uri) && $0 ~ "(^|\n)Suites:[^\n]*[ \t]" suite "([ \t\n]|$)" {
			for (i = 1; i <= NF; i++) {
				if ($i ~ /^#/)
					continue
				sub(/^URIs:.*/, "URIs: " uri, $i)
				sub(/^Types:.*/, "Types: deb", $i)
				sub(/^Suites:.*/, "Suites: " wanted, $i)
				sub(/^Components:.*/, "Components: main", $i)
				print $i
			}
			exit
		}' "$1"
}

# deb [options] URI SUITE COMPONENTS
backports_line() {
	awk -v uri="$2" -v suite="$3" -v wanted="$(codename)-backports" '
		$1 == "deb" && index($0, uri) {
			options = match($0, /\[[^]]*\]/) ? substr($0, RSTART, RLENGTH) " " : ""
			rest = $0
			sub(/\[[^]]*\]/, "", rest)
			split(rest, word, " ")
			if (word[3] == suite) {
				print "deb " options uri " " wanted " main"
				exit
			}
		}' "$1"
}

# apt-get without questions and without its running commentary; all of that only where it fails.
apt_get() {
	local log rc=0
	log=$(mktemp)
	"${AS_ROOT[@]}" env DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true NEEDRESTART_MODE=l \
		apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null >"$log" 2>&1 || rc=$?
	[ "$rc" -eq 0 ] || tail -n 60 "$log" >&2
	rm -f "$log"
	return "$rc"
}

# Installs, and leaves no service behind that was not there before: not now, and not after a reboot.
apt_install() {
	local policy=/usr/sbin/policy-rc.d ours= before service rc=0
	before=$(services_here)
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' | "${AS_ROOT[@]}" tee "$policy" >/dev/null
		"${AS_ROOT[@]}" chmod 755 "$policy"
		ours=yes
		# shellcheck disable=SC2064
		trap "${AS_ROOT[*]} rm -f $policy" EXIT
	fi
	apt_get install --yes --no-install-recommends -o Dpkg::Options::=--force-confold "$@" || rc=$?
	for service in $(services_here); do
		if [[ " $before " != *" $service "* ]]; then
			say "the service $service, which came along, stays off"
			"${AS_ROOT[@]}" update-rc.d "$service" disable >/dev/null 2>&1 || true
		fi
	done
	if [ -n "$ours" ]; then
		"${AS_ROOT[@]}" rm -f "$policy"
		trap - EXIT
	fi
	[ "$rc" -eq 0 ] || die "apt-get could not install: $*"
}

services_here() {
	local service here=
	for service in $SERVICES_OF_PACKAGES; do
		[ ! -e "/etc/init.d/$service" ] || here="$here $service"
	done
	printf '%s\n' "$here"
}
