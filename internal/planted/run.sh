#!/usr/bin/env bash
# Shows that the tests catch the planted bugs. Each patch plants one bug in a copy of the module; then a test of the
# package that its folder is named for must fail. It needs Git, Go, grep and
# coreutils, and works from any directory:
#
#	bash internal/planted/run.sh               # all patches
#	bash internal/planted/run.sh proration/07  # those whose path begins like this
#	SHARD=1/3 bash internal/planted/run.sh     # every third of them
#	TESTED=1 bash internal/planted/run.sh      # where the tests were just seen to pass without any bug
set -euo pipefail
shopt -s inherit_errexit nullglob
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
readonly here root jobs=2 timeout=300s

unset $(git rev-parse --local-env-vars) # as a hook would set them
export GOWORK=off GOFLAGS="${GOFLAGS:-} -buildvcs=false"

tmp=$(mktemp -d)
readonly tmp
export GIT_CEILING_DIRECTORIES=$tmp # a copy is no repository, even where the temporary folder lies in one
set -m                              # each job is a process group, which can be ended with all it started
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

# copy makes a copy of the module in a new folder: what is tracked, and what is new and not ignored.
copy() {
	local file files=()
	while IFS= read -rd '' file; do
		if [[ -f $root/$file ]]; then files+=("$file"); fi
	done < <(git -C "$root" ls-files -coz --exclude-standard)
	mkdir "$1"
	(cd "$root" && cp --parents -- "${files[@]}" "$1")
}

# packages prints which packages a patch is tested with: the kernel where the bug lies there, and that of its folder.
packages() {
	if grep -q '^+++ b/internal/exact/' "$here/$1"; then echo ./internal/exact; fi
	echo "./${1%%/*}"
}

# The enumerations take most of the time: what the other tests catch does not need them.
readonly long='^TestEvery|Enumerated$'

# run_tests runs all tests of packages, in the copy of this name, until one fails.
run_tests() {
	local tests=(go test -trimpath -vet=off -ldflags='-s -w' -count=1 -failfast -timeout="$timeout")
	(cd "$tmp/$1" && "${tests[@]}" -skip "$long" "${@:2}" && "${tests[@]}" -run "$long" "${@:2}") >"$tmp/$1.log" 2>&1
}

# first_failure prints the first test of a log that failed, and of its subtests the first one.
first_failure() {
	local line indent last=-1 name=''
	while IFS= read -r line; do
		indent=${line%%-*}
		if ((${#indent} <= last)); then break; fi
		last=${#indent} name=${line#*: }
	done < <(grep -E '^ *--- FAIL: ' "$1")
	echo "${name% (*}"
}

# check tests one patched copy, prints a line about it, and leaves a mark where a test caught the bug.
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
		verdict="caught  $label  by $(first_failure "$log") in ${package#./}"
		: >"$tmp/$number.caught"
	fi
	printf '%s\n' "$verdict"
	rm -rf "${tmp:?}/$number"
}

cd "$here"
patches=("${1:-}"*/*.patch)
if [[ ${1:-} == */* ]]; then patches=("$1"*.patch); fi
if [[ -n ${SHARD:-} ]]; then # "1/3" is every third patch, from the second on
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
