# Sourced: installs the Debian packages that a step needs, or says exactly which are missing.
#   require_packages build run      every package of these groups

packages_build="g++ cmake ninja-build ccache pkg-config libpqxx-dev libpq-dev libsqlite3-dev libboost1.81-dev
  nlohmann-json3-dev libpg-query-dev libprotobuf-c-dev libyaml-cpp-dev libcli11-dev libfmt-dev libspdlog-dev
  prometheus-cpp-dev libssl-dev zlib1g-dev libzstd-dev libxxhash-dev libicu-dev"
packages_run="postgresql-15 tzdata curl jq util-linux"
packages_test="catch2 clang-19 clang-format-19 clang-tidy-19"

# Runs a command as root: as it is, or through a sudo that asks nothing. Fails when neither is there.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo -n "$@"
  fi
}

# An installation of the server must not start one of its own beside the private ones.
keep_server_from_starting() {
  local settings=/etc/postgresql-common/createcluster.conf
  [ -e "$settings" ] && return
  as_root mkdir -p "$(dirname "$settings")"
  echo "create_main_cluster = false" | as_root tee "$settings" > /dev/null
}

missing_packages() {
  local group package list
  for group in "$@"; do
    list="packages_$group"
    for package in ${!list}; do
      dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q "install ok installed" || echo "$package"
    done
  done
}

require_packages() {
  local missing
  missing=$(missing_packages "$@" | tr '\n' ' ')
  [ -z "$missing" ] && return
  if ! as_root true 2> /dev/null; then
    echo "Packages are missing. Install them as root, then run this again:" >&2
    echo "  apt-get update && apt-get install --no-install-recommends $missing" >&2
    exit 1
  fi
  echo "installing: $missing"
  case "$missing" in *postgresql-15*) keep_server_from_starting ;; esac
  local record
  record=$(mktemp)
  { as_root apt-get update && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y \
      --no-install-recommends -o Dpkg::Options::=--force-confold $missing; } > "$record" 2>&1 || {
    tail -n 20 "$record" >&2
    rm -f "$record"
    echo "The packages could not be installed; see above." >&2
    exit 1
  }
  rm -f "$record"
}
