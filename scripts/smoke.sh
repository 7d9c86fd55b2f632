#!/usr/bin/env bash
# The smoke checks against what is live: scripts/smoke.sh ENV [flags of `readme-ops smoke`]
#
# It is `readme-ops smoke --env ENV`, for those who look for a script. It builds the binary first, because `go run` turns
# every exit code into 1 and passes on no signal; READMEOPS names one that is built already.
set -euo pipefail

if [ $# -lt 1 ] || [ "${1#-}" != "$1" ]; then
  echo "usage: scripts/smoke.sh ENV [flags of readme-ops smoke], such as scripts/smoke.sh dev" >&2
  exit 2
fi
env=$1
shift

here=$PWD
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ops=${READMEOPS:-}
if [ -z "$ops" ]; then
  bin=${XDG_CACHE_HOME:-${HOME:?}/.cache}/readme-ops-bin
  mkdir -p "$bin"
  ops=$bin/readme-ops-$(printf %s "$project" | cksum | cut -d ' ' -f 1) # one for each checkout
  cd "$project"
  go build -o "$ops" ./cli/readme-ops || exit 1
  cd "$here"
fi
exec "$ops" smoke --env "$env" --dir "$project" "$@"
