#!/usr/bin/env bash
# Checks that the tests catch the planted bugs. Each patch plants one bug in a copy of the module; then a test of the
# package that its folder is named for must fail, or a scenario file. The script needs Git, Go, grep, sed and coreutils,
# and works from any directory:
#
#	bash internal/planted/run.sh               # all patches
#	bash internal/planted/run.sh proration/07  # the patches whose path begins like this
#	SHARD=1/3 bash internal/planted/run.sh     # every third patch
#	TESTED=1 bash internal/planted/run.sh      # without the first run, in which no bug is planted
set -euo pipefail
shopt -s inherit_errexit nullglob
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
readonly here root jobs=2 timeout=600s

unset $(git rev-parse --local-env-vars) # a Git hook sets them
export GOWORK=off GOFLAGS="${GOFLAGS:-} -buildvcs=false"

tmp=$(mktemp -d)
readonly tmp
export GIT_CEILING_DIRECTORIES=$tmp # a copy is not a repository, even if the temporary folder is in one
set -m                              # each job is a process group, so that finish ends its children too
finish() {
	local pid
	for pid in $(jobs -pr); do kill -- "-$pid" || true; done
	rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 130' INT TERM

fail() {
	printf 'error: %s\n' "$*"
	exit 1
}

# copy copies the module to a new folder: the tracked files, and the new files that are not ignored.
copy() {
	local file files=()
	while IFS= read -rd '' file; do
		if [[ -f $root/$file ]]; then files+=("$file"); fi
	done < <(git -C "$root" ls-files -coz --exclude-standard)
	mkdir "$1"
	(cd "$root" && cp --parents -- "${files[@]}" "$1")
}

# packages prints the packages that test a patch: internal/exact or lifecycle/lifecycletest if the bug is there, and the
# package of its folder.
packages() {
	local package
	for package in internal/exact lifecycle/lifecycletest; do
		if grep -q "^+++ b/$package/" "$here/$1"; then echo "./$package"; fi
	done
	echo "./${1%%/*}"
}

# The enumerations take most of the time, and run only if the other tests miss a bug.
readonly long='^TestEvery|Enumerated$'

# The package that runs the scenario files.
readonly scenarios=./examples/replay

# run_tests runs all tests of some packages, and the scenario files, in the named copy, until one fails.
run_tests() {
	local tests=(go test -trimpath -vet=off -ldflags='-s -w' -count=1 -failfast -timeout="$timeout")
	(
		cd "$tmp/$1"
		"${tests[@]}" -skip "$long" "${@:2}" && "${tests[@]}" "$scenarios" && "${tests[@]}" -run "$long" "${@:2}"
	) >"$tmp/$1.log" 2>&1
}

# first_failure prints the first failed test of a log or, if it has subtests, its first failed subtest.
first_failure() {
	local line indent last=-1 name=''
	while IFS= read -r line; do
		indent=${line%%-*}
		if ((${#indent} <= last)); then break; fi
		last=${#indent} name=${line#*: }
	done < <(grep -E '^ *--- FAIL: ' "$1")
	echo "${name% (*}"
}

# failed_package prints the folder of the first package of a log that failed.
failed_package() {
	sed -En '/^FAIL\t/ { s|^FAIL\t[^/]*/[^/]*/[^/]*/([^[:space:]]*).*|\1|p; q }' "$1"
}

# check tests one patched copy, prints a line about it, and creates a file if a test caught the bug.
check() {
	local patch=$1 number=$2 log=$tmp/$2.log label with package verdict passed=true
	label=$(basename "$patch" .patch)
	mapfile -t with < <(packages "$patch")
	for package in "${with[@]}"; do
		run_tests "$number" "$package" || { passed=false && break; }
	done
	if $passed; then
		verdict="MISSED  $label"
	elif grep -qE '^FAIL.*\[(build|setup) failed\]$' "$log"; then
		verdict="ERROR   $label  does not compile:"$'\n'$(<"$log")
	elif grep -qE '^(panic: test timed out|\*\*\* Test killed)' "$log"; then
		verdict="ERROR   $label  ran for $timeout"
	elif ! grep -qE '^ *--- FAIL: ' "$log"; then
		verdict="ERROR   $label  no test says that it failed:"$'\n'$(tail -n 20 "$log")
	else
		verdict="caught  $label  by $(first_failure "$log") in $(failed_package "$log")"
		: >"$tmp/$number.caught"
	fi
	printf '%s\n' "$verdict"
	rm -rf "${tmp:?}/$number"
}

cd "$here"
patches=("${1:-}"*/*.patch)
if [[ ${1:-} == */* ]]; then patches=("$1"*.patch); fi
if [[ -n ${SHARD:-} ]]; then # "1/3" is every third patch, starting with the second
	for i in "${!patches[@]}"; do
		if ((i % ${SHARD#*/} != ${SHARD%/*})); then unset "patches[i]"; fi
	done
	patches=("${patches[@]}")
fi
((${#patches[@]} > 0)) || fail "no patch is named ${1:-}*"

copy "$tmp/unpatched"
for i in "${!patches[@]}"; do
	cp -r "$tmp/unpatched" "$tmp/$i"
	(cd "$tmp/$i" && git apply --whitespace=nowarn "$here/${patches[i]}") || fail "${patches[i]} does not apply"
done

if [[ -z ${TESTED:-} ]]; then
	mapfile -t all < <(for patch in "${patches[@]}"; do packages "$patch"; done | sort -u)
	run_tests unpatched "${all[@]}" ||
		fail "the tests fail without any bug planted:"$'\n'"$(head -n 40 "$tmp/unpatched.log")"
	printf 'the tests pass without any bug planted, %d s\n' "$SECONDS"
fi

for i in "${!patches[@]}"; do
	while (($(jobs -pr | wc -l) >= jobs)); do wait -n || true; done
	check "${patches[i]}" "$i" &
done
wait

caught=("$tmp"/*.caught)
printf 'all of it took %d s\n' "$SECONDS"
printf '%d of %d caught\n' "${#caught[@]}" "${#patches[@]}"
((${#caught[@]} == ${#patches[@]}))
