# shellcheck shell=bash
# Sourced by .ci/run and tests/run: names each stage and says how long it took.

# stage NAME COMMAND…
stage() {
  local name=$1 started=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@" || { printf '== %s failed after %d s\n' "$name" $((SECONDS - started)) >&2; return 1; }
  printf '== %s took %d s\n' "$name" $((SECONDS - started))
}
