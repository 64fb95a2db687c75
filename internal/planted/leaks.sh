#!/usr/bin/env bash
# Checks that the search for leaks finds the planted bugs that give somebody something for nothing: those of leaks.txt.
# It needs Git, Go and coreutils, and works from any directory:
#
#	bash internal/planted/leaks.sh               # all of them
#	bash internal/planted/leaks.sh plans         # those whose path begins like this
#	SHARD=1/8 bash internal/planted/leaks.sh     # every eighth
set -euo pipefail
shopt -s inherit_errexit
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
readonly here root

unset $(git rev-parse --local-env-vars) # a Git hook sets them
export GOWORK=off GOFLAGS="${GOFLAGS:-} -buildvcs=false"
tmp=$(mktemp -d)
readonly tmp
export GIT_CEILING_DIRECTORIES=$tmp
trap 'rm -rf "$tmp"' EXIT

mapfile -t patches < <(grep -v '^#' "$here/leaks.txt" | grep "^${1:-}")
found=0 tried=0
for i in "${!patches[@]}"; do
	if [[ -n ${SHARD:-} ]] && ((i % ${SHARD#*/} != ${SHARD%/*})); then continue; fi
	rm -rf "$tmp/copy"
	mkdir "$tmp/copy"
	(cd "$root" && git ls-files -z | xargs -0 cp --parents -t "$tmp/copy")
	(cd "$tmp/copy" && git apply --whitespace=nowarn "$here/${patches[i]}.patch" && go build -o "$tmp/leaks" ./examples/leaks)
	tried=$((tried + 1))
	if "$tmp/leaks" -depth 2 >"$tmp/output"; then
		printf 'NOT FOUND  %s\n' "${patches[i]}"
		continue
	fi
	found=$((found + 1))
	printf 'found  %s: %s\n' "${patches[i]}" "$(grep -m 1 '^1\. ' "$tmp/output")"
done
printf '%d of %d found\n' "$found" "$tried"
((tried > 0 && found == tried))
