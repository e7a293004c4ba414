#!/usr/bin/env bash
# Installs the programs that tests and checks call, as Debian packages; does nothing when they are there already.
# With `judges` or `pictures`, also those that tests/judge or tests/pictures calls.
set -euo pipefail
wanted=${1-}

# Debian package for each program that is not there.
missing_packages() {
  local program package
  while read -r program package; do
    command -v "$program" >/dev/null || printf '%s\n' "$package"
  done <<'PROGRAMS'
cc build-essential
make build-essential
perl build-essential
chromium chromium
node nodejs
npm npm
python3 python3
setpriv util-linux
strace strace
w3m w3m
PROGRAMS
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || printf 'postgresql\n'
  [ -e /usr/share/i18n/locales/de_DE ] || printf 'locales\n'
  if [ "$wanted" = judges ]; then
    command -v java >/dev/null || printf 'default-jre-headless\n'
    command -v firefox-esr >/dev/null || printf 'firefox-esr\n'
    command -v lynx >/dev/null || printf 'lynx\n'
  fi
  [ "$wanted" != pictures ] || command -v pngquant >/dev/null || printf 'pngquant\n'
  python3 -c 'import ensurepip' 2>/dev/null || printf 'python3-venv\n'
}

install_programs() {
  local packages
  packages=$(missing_packages | sort -u)
  [ -n "$packages" ] || return 0
  printf 'missing: %s\n' "${packages//$'\n'/ }"
  if [ "$(id -u)" != 0 ]; then
    printf 'Run as root, or install them first: apt-get install %s\n' "${packages//$'\n'/ }" >&2
    return 1
  fi
  # The tests make separate clusters: Debian's must not start with the package.
  mkdir -p /etc/postgresql-common/createcluster.d
  printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.d/syncdesk-tests.conf
  apt-get update -qq
  # shellcheck disable=SC2086 # one word a package
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $packages >/dev/null
}

# Postgres answers in German only where the system knows the language.
install_german() {
  ! locale -a | grep -qix 'de_DE.utf-\?8' || return 0
  localedef -i de_DE -f UTF-8 de_DE.UTF-8
}

install_programs
install_german
