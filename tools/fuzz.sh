# fuzz.sh - libFuzzer on every target of tests/fuzz/, from its committed seeds.

# run_fuzz [SECONDS] [NAME...]: each target that long.  New inputs are kept in build-fuzz/corpus/, a crash in
# build-fuzz/; a crash worth keeping is committed to the target's seeds, which every test run replays.
run_fuzz() {
	local seconds=60 program name wanted failed=0
	if [[ ${1:-} =~ ^[0-9]+$ ]]; then
		seconds=$1
		shift
	fi
	wanted=" $* "
	configure build-fuzz clang --buildtype=debug -Doptimization=1 -Db_lundef=false \
		-Db_sanitize=address,undefined -Dtests=false -Dfuzz=true
	compile build-fuzz
	for program in build-fuzz/tests/fuzz/fuzz_*; do
		[ -f "$program" ] && [ -x "$program" ] || continue
		name=${program##*/fuzz_}
		[ "$wanted" = "  " ] || [[ $wanted == *" $name "* ]] || continue
		mkdir -p "build-fuzz/corpus/$name"
		say "fuzzing $name for $seconds s"
		"$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
			-artifact_prefix="build-fuzz/$name-" "build-fuzz/corpus/$name" "tests/fuzz/corpus/$name" \
			>"build-fuzz/$name.log" 2>&1 || {
			failed=$((failed + 1))
			tail -n 40 "build-fuzz/$name.log"
		}
		grep -E 'stat::(number_of_executed_units|new_units_added)|cov: .* DONE|Done [0-9]+ runs' \
			"build-fuzz/$name.log" | tail -n 3 || true
	done
	[ "$failed" -eq 0 ] || die "$failed targets found something"
}
