# build.sh - configure and compile a build folder, only as far as something changed.

# configure FOLDER COMPILER OPTION...: meson setup, or meson configure where the options changed.
configure() {
	local folder=$1 compiler=$2 options
	shift 2
	options=("$@" -Dwerror=true)
	if [ -f "$folder/build.ninja" ]; then
		[ "$(cat "$folder/dev.options" 2>/dev/null)" != "${options[*]}" ] || return 0
		meson configure "$folder" "${options[@]}" >&2 || return 1
	else
		say "configuring $folder"
		CC=$compiler meson setup "$folder" "${options[@]}" >"$folder.log" 2>&1 || {
			cat "$folder.log" >&2
			return 1
		}
		rm -f "$folder.log"
	fi
	printf '%s\n' "${options[*]}" >"$folder/dev.options"
}

# compile FOLDER [TARGET...]: quiet where there is nothing to do.
compile() {
	local log
	log=$1/dev.log
	say "compiling $1"
	ninja -C "$1" "${@:2}" >"$log" 2>&1 || {
		sed -n '/^FAILED/,$p; /ERROR:/p' "$log" >&2
		return 1
	}
}

# The build that people run.  Without cmocka it leaves the tests out; with it, they stay as they were.
build_release() {
	local tests=false
	[ ! -f /usr/include/cmocka.h ] || tests=true
	configure build gcc --buildtype=debugoptimized "-Dtests=$tests" &&
		compile build &&
		build_page
}

# Like what people run, but with fail points: for tests/faults alone.  The dashboard is not there: it has no part in it.
build_faults() {
	configure build-faults gcc --buildtype=debugoptimized -Dtests=false -Dfail_points=true &&
		compile build-faults yq yq-webhook yq-order-manager yq-broker-gateway yq-simulator yq-sizer-host
}
