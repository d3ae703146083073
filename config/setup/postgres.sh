# Sourced: a private PostgreSQL in a temporary directory, as an unprivileged user, on a free port of loopback.
#   find_postgres                 sets postgres_binaries; the package postgresql-15 provides them
#   start_postgres DIRECTORY      sets postgres_port; the caller stops it with stop_postgres DIRECTORY

find_postgres() {
  local server
  postgres_binaries=""
  for server in /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin; do
    [ -x "$server/initdb" ] || continue
    postgres_binaries=$server
    return
  done
  echo "no PostgreSQL server below /usr/lib/postgresql; install the package postgresql-15" >&2
  return 1
}

# PostgreSQL refuses to run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/tmp "$@"
  else
    "$@"
  fi
}

free_port() {
  local port
  for port in $(shuf -i 20000-32000 -n 50); do
    (exec 3<> "/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  echo "no free port found" >&2
  return 1
}

# Runs a step of the start; what it printed is shown only if it fails.
quietly() {
  local record=$1
  shift
  "$@" > "$record" 2>&1 || { cat "$record" >&2; return 1; }
}

start_postgres() {
  local directory=$1
  find_postgres
  postgres_port=$(free_port)
  mkdir -p "$directory"
  if [ "$(id -u)" = 0 ]; then chown postgres "$directory"; fi
  (cd "$directory"
   quietly initdb.log as_postgres "$postgres_binaries/initdb" -D "$directory/data" -U postgres -A trust -E UTF8 \
     --locale=C.UTF-8 --no-instructions
   quietly start.log as_postgres "$postgres_binaries/pg_ctl" -D "$directory/data" -l "$directory/postgres.log" -w \
     -o "-c port=$postgres_port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$directory \
         -c wal_level=logical" start) || {
    cat "$directory/postgres.log" >&2 2>/dev/null || true
    return 1
  }
}

stop_postgres() {
  [ -f "$1/data/postmaster.pid" ] || return 0
  (cd "$1" && as_postgres "$postgres_binaries/pg_ctl" -D "$1/data" -m fast -w stop > /dev/null)
}

find_postgres 2> /dev/null || true
