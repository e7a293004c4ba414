#!/usr/bin/env bash
# Installs the programs that the tests talk to, pinned, below the cache folder of the current user; does nothing when
# they are there already. Prints the folder. To move a version: edit it here, in package.json or in requirements.in.
# With `judges`, also the programs of tests/judge, which have their own package.json in tests/judges.
set -euo pipefail
cd "$(dirname "$0")"

s3s_version=0.14.1 # 0.17 needs a newer compiler than ours

peers=${SYNCDESK_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/syncdesk/peers}
mkdir -p "$peers"
exec 9>"$peers/.lock"
flock 9 # two test runs at once must not install over each other

# once NAME PIN COMMAND…: runs the command unless it succeeded before with the same pin.
once() {
  local name=$1 pin=$2
  shift 2
  [ "$(cat "$peers/.$name" 2>/dev/null)" != "$pin" ] || return 0
  printf 'installing %s\n' "$name" >&2
  rm -f "$peers/.$name"
  "$@" >&2
  printf '%s\n' "$pin" >"$peers/.$name"
}

install_s3s() {
  # Dependencies were built for these very versions by the authors' lock file; our own target folder stays out of it.
  env -u CARGO_TARGET_DIR cargo install --quiet --locked --root "$peers/s3s" --target-dir "$peers/build" \
    "s3s-fs@$s3s_version" --features binary
  rm -rf "$peers/build"
}

install_npm() {
  cp package.json package-lock.json .npmrc "$peers"
  npm ci --prefix "$peers" --no-progress --loglevel=error
}

install_judges() {
  mkdir -p "$peers/judges"
  cp ../judges/package.json ../judges/package-lock.json ../judges/.npmrc "$peers/judges"
  npm ci --prefix "$peers/judges" --no-progress --loglevel=error
}

install_python() {
  rm -rf "$peers/python"
  python3 -m venv "$peers/python"
  "$peers/python/bin/pip" install --quiet --require-hashes --disable-pip-version-check -r requirements.txt
}

pin() { sha256sum "$@" | sha256sum | cut -c1-16; }

once python "$(pin requirements.txt)" install_python
once npm "$(pin package.json package-lock.json)" install_npm
once s3s "$s3s_version" install_s3s
[ "${1-}" != judges ] || once judges "$(pin ../judges/package.json ../judges/package-lock.json)" install_judges
printf '%s\n' "$peers"
