# test.sh - every check, in stages; the last line of the output is `N passed, N failed`.
#
# A stage that cannot be built counts as one failed test.  Single test cases are counted, not programs.

SUITES_OF_MESON="unit property model integration fuzz"
# Tests on real servers run once in the whole run, under the sanitizers; these also without, whose bounds on memory
# hold only there.  (gcc's own programs are what e2e and faults run.)
BOUNDED_BY_MEMORY="gateway order_manager_memory_embedded webhook"

MESON_WRAP=() # what run_meson runs each test program under
TOTAL_PASSED=0 TOTAL_FAILED=0 TOTAL_SKIPPED=0

# run_tests WORD...: stages, suites or names of tests; none means all.  Exits non-zero if any test failed.
run_tests() {
	local word stages="" suites="" names="" started=$SECONDS
	for word in "$@"; do
		case " lint gcc clang threads valgrind " in
		*" $word "*) stages="$stages $word" && continue ;;
		esac
		case " $SUITES_OF_MESON faults e2e " in
		*" $word "*) suites="$suites $word" ;;
		*) names="$names $word" ;;
		esac
	done
	if [ -z "$stages" ]; then
		stages="gcc"
		[ -n "$suites$names" ] || stages="lint gcc clang valgrind"
	fi
	[ -n "$suites$names" ] || suites="$SUITES_OF_MESON faults e2e"

	if [ $# -eq 0 ]; then
		run_everything
	else
		run_stages "$stages" "$suites" "$names"
	fi

	say "took $((SECONDS - started)) s"
	if [ "$TOTAL_SKIPPED" -gt 0 ]; then
		echo "$TOTAL_PASSED passed, $TOTAL_FAILED failed, $TOTAL_SKIPPED skipped"
	else
		echo "$TOTAL_PASSED passed, $TOTAL_FAILED failed"
	fi
	[ "$TOTAL_FAILED" -eq 0 ]
}

# run_stages STAGES SUITES NAMES: what was asked for, one after the other.
run_stages() {
	case " $1 " in *" lint "*) lint_begin ;; esac
	case " $1 " in *" gcc "*) stage_gcc "$2" "$3" ;; esac
	case " $1 " in *" lint "*) lint_end ;; esac
	case " $1 " in *" lint gcc "*) check_links && check_page ;; esac
	case " $1 " in *" clang "*) stage_clang "$2" "$3" ;; esac
	case " $1 " in *" threads "*) stage_threads "$2" "$3" ;; esac
	case " $1 " in *" valgrind "*) stage_valgrind "$2" "$3" ;; esac
}

# run_everything: all stages.  Tests on real servers mostly wait: the linters and the other builds are made
# beside those of the first stage, and the sanitizers' tests run beside the last of these.  The seeds of the
# faults have the machine for themselves, for they measure out their time.
run_everything() {
	lint_begin
	configure build gcc --buildtype=debugoptimized -Dtests=true && compile build || true # told by stage_gcc
	beside builds build_others
	stage_gcc "${SUITES_OF_MESON/integration/}" ""
	check_links
	check_page
	await builds
	beside watched stage_clang "$SUITES_OF_MESON" ""
	lint_end
	await watched
	run_seeds gcc
	beside waiting run_waiting
	run_suites gcc build e2e ""
	stage_clang e2e ""
	await waiting
}

# What mostly waits, and valgrind at its end.
run_waiting() {
	run_names gcc build "$BOUNDED_BY_MEMORY"
	run_faults_at gcc
	run_failover gcc
	stage_valgrind unit ""
}

# What the stages after the first need; whether it was built is told by them.
build_others() {
	npm_install tests/e2e || true
	build_faults || true
	configure_clang && nice -n 10 ninja -C build-asan >/dev/null || true
}

declare -gA BESIDE=() # what runs in the background: process groups by name

# beside NAME COMMAND...: in the background; what it says and counts is kept until await NAME.
beside() {
	local name=$1
	shift
	mkdir -p build
	set -m # a process group of its own, so that all of it can be ended
	(
		set +m
		TOTAL_PASSED=0 TOTAL_FAILED=0 TOTAL_SKIPPED=0
		rm -f "build/$name.totals"
		"$@"
		echo "$TOTAL_PASSED $TOTAL_FAILED $TOTAL_SKIPPED" >"build/$name.totals"
	) >"build/$name.out" 2>&1 </dev/null &
	BESIDE[$name]=$!
	set +m
	trap 'kill -- "${BESIDE[@]/#/-}" 2>/dev/null || true' EXIT
}

# await NAME: one that ended without its counts is a failed test.
await() {
	local passed=0 failed=1 skipped=0
	wait "${BESIDE[$1]}" || true
	unset "BESIDE[$1]"
	cat "build/$1.out"
	[ ! -f "build/$1.totals" ] || read -r passed failed skipped <"build/$1.totals"
	TOTAL_PASSED=$((TOTAL_PASSED + passed))
	TOTAL_FAILED=$((TOTAL_FAILED + failed))
	TOTAL_SKIPPED=$((TOTAL_SKIPPED + skipped))
}

# tally STAGE PASSED FAILED SKIPPED
tally() {
	TOTAL_PASSED=$((TOTAL_PASSED + $2))
	TOTAL_FAILED=$((TOTAL_FAILED + $3))
	TOTAL_SKIPPED=$((TOTAL_SKIPPED + $4))
	echo "$1: $2 passed, $3 failed${4:+, $4 skipped} ($SECONDS s)"
}

# The linters take processor time and the tests mostly wait, so they run beside one another.  clang-tidy
# reads the compile commands of build-asan, so that build is configured first.
lint_begin() {
	LINT_PID=
	configure_clang || return 0
	mkdir -p build
	nice -n 19 tools/lint/all build-asan >build/lint.tap 2>&1 </dev/null &
	LINT_PID=$!
}

lint_end() {
	local counts
	if [ -z "$LINT_PID" ]; then
		tally "lint: configure" 0 1 0
		return
	fi
	wait "$LINT_PID" || true
	grep -Ev '^(ok|1\.\.)' build/lint.tap || true
	counts=$(tools/count_tests tap build/lint.tap)
	# shellcheck disable=SC2086
	tally lint $counts
}

# What people run: gcc, optimised, assertions on.
stage_gcc() {
	if ! { configure build gcc --buildtype=debugoptimized -Dtests=true && compile build && build_page; }; then
		tally "gcc: build" 0 1 0
		return
	fi
	run_suites gcc build "$1" "$2"
}

# What the linter cannot see before there are programs.
check_links() {
	[ -x build/yq-webhook ] || return 0
	if tools/lint/links build; then
		tally "gcc: links" 1 0 0
	else
		tally "gcc: links" 0 1 0
	fi
}

# The page's own checks: types, rules, tests of its pure parts.
check_page() {
	local rc=0 counts
	[ -f dashboard/package.json ] || return 0
	if npm_install dashboard && npm --prefix dashboard run --silent check >build/page.log 2>&1; then
		tally "page: checks" 1 0 0
	else
		cat build/page.log
		tally "page: checks" 0 1 0
	fi
	npm --prefix dashboard run --silent test -- --test-reporter=tap >build/page.tap 2>build/page.log || rc=$?
	[ "$rc" -eq 0 ] || { tools/count_tests failures build/page.tap && cat build/page.log; }
	counts=$(tools/count_tests node build/page.tap "$rc")
	# shellcheck disable=SC2086
	tally "page: tests" $counts
}

# The same sources under the other compiler, with the address and undefined-behaviour sanitizers watching.
stage_clang() {
	if ! { configure_clang && compile build-asan && build_page; }; then
		tally "clang with sanitizers: build" 0 1 0
		return
	fi
	ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 \
	UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
	LSAN_OPTIONS=suppressions=$YQ_ROOT/tools/leaks.supp:print_suppressions=0 \
		run_suites "clang with sanitizers" build-asan "$1" "$2"
}

# Only when asked for: races between the loop and the worker thread.
stage_threads() {
	if ! { configure build-tsan clang --buildtype=debug -Doptimization=1 -Db_lundef=false \
		-Db_sanitize=thread -Dtests=true && compile build-tsan && build_page; }; then
		tally "threads: build" 0 1 0
		return
	fi
	TSAN_OPTIONS=suppressions=$YQ_ROOT/tools/races.supp:halt_on_error=1 run_suites threads build-tsan "$1" "$2"
}

# What the sanitizers cannot see, such as uninitialised bytes.
stage_valgrind() {
	if ! { configure build gcc --buildtype=debugoptimized -Dtests=true && compile build; }; then
		tally "valgrind: build" 0 1 0
		return
	fi
	MESON_WRAP=(--wrap "valgrind --quiet --suppressions=$YQ_ROOT/tools/valgrind.supp --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite")
	run_suites valgrind build "$(echo "$1" | sed "s/e2e//; s/faults//")" "$2"
	MESON_WRAP=()
}

configure_clang() {
	CC_LD=lld configure build-asan clang --buildtype=debug -Doptimization=1 -Db_lundef=false \
		-Db_sanitize=address,undefined -Dtests=true
}

# run_suites STAGE FOLDER SUITES NAMES
run_suites() {
	local suite ran=no
	if [ -n "$4" ]; then
		run_names "$1" "$2" "$4"
		ran=yes
	fi
	for suite in $3; do
		if [ "$suite" = e2e ]; then
			# shellcheck disable=SC2046
			run_e2e "$1" "$2" $(e2e_files "$2")
			ran=yes
		elif [ "$suite" = faults ]; then
			[ "$2" != build ] || run_faults "$1"
			ran=yes
		elif grep -q "\"yquant:$suite\"" "$2/meson-info/intro-tests.json"; then
			run_meson "$1: $suite" "$2" --suite "$suite"
			ran=yes
		fi
	done
	[ "$ran" = yes ] || tally "$1: no test found" 0 1 0
}

run_names() {
	local name programs="" files=""
	for name in $3; do
		if [ -f "tests/e2e/$name.test.mjs" ]; then
			files="$files tests/e2e/$name.test.mjs"
		else
			programs="$programs $name"
		fi
	done
	# shellcheck disable=SC2086
	[ -z "$programs" ] || run_meson "$1:$programs" "$2" $programs
	# shellcheck disable=SC2086
	[ -z "$files" ] || run_e2e "$1" "$2" $files
}

# Tests on real servers wait more than they work.
processes() {
	case $1 in
	*integration) echo $(($(nproc) * 5)) ;;
	*) nproc ;;
	esac
}

# run_meson LABEL FOLDER ARGUMENT...
run_meson() {
	local label=$1 folder=$2 rc=0 log counts
	shift 2
	rm -f "$folder"/meson-logs/testlog*.json
	meson test -C "$folder" --no-rebuild --timeout-multiplier 3 --num-processes "$(processes "$label")" "${MESON_WRAP[@]}" "$@" \
		</dev/null >"$folder/meson-test.log" 2>&1 || rc=$?
	log=$(echo "$folder"/meson-logs/testlog*.json) # its name tells the wrapper's
	if [ "$rc" -ne 0 ]; then
		[ -f "$log" ] && tools/count_tests failed-programs "$log" || cat "$folder/meson-test.log"
	fi
	counts=$(tools/count_tests meson "$log" "$rc")
	# shellcheck disable=SC2086
	tally "$label" $counts
}

# What end-to-end tests the sanitizers do not watch: pages are judged in a browser, and of the rest the C code is run by
# the integration tests, which they do watch.
UNWATCHED="page_ web_crowd alpaca burst catalog color kis_exits simulator standby supervise unknown"

# e2e_files FOLDER
e2e_files() {
	local pattern
	pattern="/($(echo "$UNWATCHED" | tr ' ' '|'))"
	[ "$1" != build ] || pattern="^$"
	ls tests/e2e/*.test.mjs | sort -r | grep -Ev "$pattern" # those that wait longest, of events and pages, begin first
}

# Files at a time: each has a system of its own, which mostly waits.  An older node knows no such option.
e2e_at_once() {
	! node --help | grep -q -- --test-concurrency || echo "--test-concurrency=$(($(nproc) + 1))"
}

# run_e2e STAGE FOLDER FILE...: the built programs as black boxes; YQ_BUILD says which.
run_e2e() {
	local stage=$1 folder=$2 rc=0 counts
	shift 2
	[ -f "$1" ] || return 0
	npm_install tests/e2e || {
		tally "$stage: e2e packages" 0 1 0
		return
	}
	# shellcheck disable=SC2046
	YQ_BUILD=$YQ_ROOT/$folder timeout --kill-after=10 600 node --test $(e2e_at_once) --test-reporter=tap "$@" \
		</dev/null >"$folder/e2e.tap" 2>"$folder/e2e.log" || rc=$?
	[ "$rc" -eq 0 ] || tools/count_tests failures "$folder/e2e.tap"
	counts=$(tools/count_tests node "$folder/e2e.tap" "$rc")
	# shellcheck disable=SC2086
	tally "$stage: e2e" $counts
}

# run_faults STAGE: the whole system killed and starved at random; a build of its own, which has fail points.
run_faults() {
	run_seeds "$1"
	run_faults_at "$1"
	run_failover "$1"
}

# run_seeds STAGE: each another course of events.
run_seeds() {
	local rc=0 counts
	if ! { build_faults && npm_install tests/e2e; }; then
		tally "$1: faults: build" 0 1 0
		return
	fi
	timeout --kill-after=10 600 tests/faults/run --alerts 1500 </dev/null >build-faults/faults.tap 2>&1 || rc=$?
	if [ "$rc" -eq 0 ]; then
		grep -E '^# (in all|faults|point kills|lost)' build-faults/faults.tap
	else
		grep -v '^ok' build-faults/faults.tap
	fi
	counts=$(tools/count_tests tap build-faults/faults.tap)
	[ "$rc" -eq 0 ] || [ "$(echo "$counts" | cut -d' ' -f2)" -gt 0 ] || counts="0 1 0"
	# shellcheck disable=SC2086
	tally "$1: faults" $counts
}

# run_faults_at STAGE: a few of them where the simulator plays a broker, side by side; in the same build.
# The seeds are such that programs and the exchange die, answers are lost, and pushes come as they like,
# while nothing waits for a minute: docs/reliability.md has the long run.
run_faults_at() {
	local at seed counts tap pids=
	while read -r at seed; do
		timeout --kill-after=10 300 tests/faults/run --broker "${at%-*}" --push "${at#*-}" --seed "$seed" --alerts 44 --kills 0 \
			--faults kill,exchange </dev/null >"build-faults/faults-$at.tap" 2>&1 &
		pids="$pids $!"
	done <<-END
		alpaca-on 9
		alpaca-off 8
		kis-on 14
		kis-off 9
	END
	# shellcheck disable=SC2086
	wait $pids || true
	for at in alpaca-on alpaca-off kis-on kis-off; do
		tap=build-faults/faults-$at.tap
		counts=$(tools/count_tests tap "$tap")
		if ! grep -q '^# [0-9]* passed, 0 failed' "$tap"; then
			grep -v '^ok' "$tap"
			[ "$(echo "$counts" | cut -d' ' -f2)" -gt 0 ] || counts="0 1 0"
		fi
		# shellcheck disable=SC2086
		tally "$1: faults at ${at%-*}, push ${at#*-}" $counts
	done
}

# run_failover STAGE: Valkey with replicas and sentinels fails over; in the same build.
run_failover() {
	local rc=0 counts
	YQ_BUILD=$YQ_ROOT/build-faults timeout --kill-after=10 300 tests/faults/failover </dev/null >build-faults/failover.tap 2>&1 || rc=$?
	[ "$rc" -eq 0 ] || grep -v '^ok' build-faults/failover.tap
	counts=$(tools/count_tests tap build-faults/failover.tap)
	[ "$rc" -eq 0 ] || [ "$(echo "$counts" | cut -d' ' -f2)" -gt 0 ] || counts="0 1 0"
	# shellcheck disable=SC2086
	tally "$1: failover" $counts
}
