// The server is our own child, so that it ends with the test however the test ends.
#include "tests/support/postgres_cluster.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

#include "tests/support/sql_session.h"

namespace deltamill {

namespace {

constexpr int starts_max = 5;
constexpr std::chrono::seconds start_limit(30);

// The oldest installed version, as the scripts in config/ choose it.
std::filesystem::path binaries() {
  std::filesystem::path oldest;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql"))
    if (oldest.empty() || std::stoi(version.path().filename()) < std::stoi(oldest.filename()))
      oldest = version.path();
  if (oldest.empty()) throw std::runtime_error("PostgreSQL is not installed: postgresql-15");
  return oldest / "bin";
}

// Free now; another process may take it before the server does, then another one is tried.
std::uint16_t free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound =
      ::bind(descriptor, generic, size) == 0 && ::getsockname(descriptor, generic, &size) == 0;
  ::close(descriptor);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

}  // namespace

PostgresCluster::PostgresCluster(std::vector<std::string> settings)
    : directory_("postgres"), settings_(std::move(settings)) {
  initialise();
  for (int attempt = 0; attempt < starts_max; ++attempt) {
    port_ = free_port();
    if (try_to_start()) return;
  }
  throw std::runtime_error("PostgreSQL does not start: " +
                           read_file(directory_.path() / "postgres.log"));
}

void PostgresCluster::initialise() {
  if (::geteuid() == 0) {
    const passwd* const user = ::getpwnam("postgres");
    if (user == nullptr) throw std::runtime_error("there is no user postgres");
    if (::chown(directory_.path().c_str(), user->pw_uid, user->pw_gid) != 0)
      throw std::runtime_error("cannot give a directory to postgres");
  }
  const Outcome made =
      run_to_end({.arguments = {binaries() / "initdb", "-D", directory_.path() / "data", "-U",
                                "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                                "--no-sync", "--no-instructions"},
                  .directory = directory_.path(),
                  .as_postgres = true});
  if (made.exit_code != 0) throw std::runtime_error("initdb: " + made.messages);
}

bool PostgresCluster::try_to_start() {
  Command program{.arguments = {binaries() / "postgres", "-D", directory_.path() / "data"},
                  .output = directory_.path() / "postgres.log",
                  .directory = directory_.path(),
                  .as_postgres = true,
                  .last_signal = SIGQUIT};
  std::vector<std::string> settings = {"port=" + std::to_string(port_),
                                       "listen_addresses=127.0.0.1",
                                       "unix_socket_directories=" + directory_.path().string(),
                                       "wal_level=logical",
                                       "fsync=off",
                                       "max_wal_senders=50",
                                       "max_replication_slots=50",
                                       "max_connections=100",
                                       "shared_buffers=64MB",
                                       "max_wal_size=4GB",
                                       "autovacuum_naptime=5s",
                                       "jit=off"};
  settings.insert(settings.end(), settings_.begin(), settings_.end());
  for (const std::string& setting : settings) {
    program.arguments.emplace_back("-c");
    program.arguments.push_back(setting);
  }
  server_ = std::make_unique<ChildProcess>(program);
  const auto deadline = std::chrono::steady_clock::now() + start_limit;
  const std::string address = url("postgres");
  while (server_->running() && std::chrono::steady_clock::now() < deadline) {
    if (::PQping(address.c_str()) == PQPING_OK) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  server_.reset();
  return false;
}

std::string PostgresCluster::url(const std::string& database) const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

std::string PostgresCluster::create_database(const std::string& name) {
  SqlSession(url("postgres")).execute("CREATE DATABASE " + name);
  return url(name);
}

std::chrono::milliseconds PostgresCluster::stop(StopMode mode) {
  const auto began = std::chrono::steady_clock::now();
  server_->signal(static_cast<int>(mode));
  if (!server_->wait(std::chrono::seconds(60)))
    throw std::runtime_error("PostgreSQL does not stop");
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               began);
}

void PostgresCluster::start() {
  if (!try_to_start())
    throw std::runtime_error("PostgreSQL does not start again: " +
                             read_file(directory_.path() / "postgres.log"));
}

}  // namespace deltamill
