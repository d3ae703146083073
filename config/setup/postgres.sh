# Sourced: a private PostgreSQL in a temporary directory, as an unprivileged user, on a free port of loopback.
#   start_postgres DIRECTORY      sets postgres_port; the caller stops it with stop_postgres DIRECTORY

postgres_binaries=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | head -n 1)

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
  for port in $(shuf -i 20000-45000 -n 50); do
    (exec 3<> "/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  echo "no free port found" >&2
  return 1
}

start_postgres() {
  local directory=$1
  postgres_port=$(free_port)
  mkdir -p "$directory"
  [ "$(id -u)" = 0 ] && chown postgres "$directory"
  (cd "$directory"
   as_postgres "$postgres_binaries/initdb" -D "$directory/data" -U postgres -A trust -E UTF8 \
     --locale=C.UTF-8 --no-instructions > "$directory/initdb.log"
   as_postgres "$postgres_binaries/pg_ctl" -D "$directory/data" -l "$directory/postgres.log" -w \
     -o "-c port=$postgres_port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$directory \
         -c wal_level=logical" start > "$directory/start.log")
}

stop_postgres() {
  [ -f "$1/data/postmaster.pid" ] || return 0
  (cd "$1" && as_postgres "$postgres_binaries/pg_ctl" -D "$1/data" -m fast -w stop > /dev/null)
}
