// Each writer has order numbers of its own, so that writers do not wait for each other; stock and
// journal lines are shared.
#include "tests/end_to_end/crash/workload.h"

#include <chrono>

#include "tests/differential/random.h"
#include "tests/support/sql_session.h"

namespace deltamill {

namespace {

constexpr int orders_per_writer = 400;
constexpr int products = 50;

// One transaction of a writer.
std::string transaction(int writer, Random& random) {
  const int first = writer * orders_per_writer;
  const auto order = [&] {
    return std::to_string(random.between(first, first + orders_per_writer - 1));
  };
  const auto product = [&] { return std::to_string(random.between(1, products)); };
  const std::string one = order();
  const int choice = random.between(0, 99);
  if (choice < 24)
    return "INSERT INTO orders VALUES (" + one + ", " + product() +
           ", 'new') ON CONFLICT (id) DO UPDATE SET status = 'again';"
           "INSERT INTO lines SELECT " +
           one + ", n, " + product() + ", n * 1.5 FROM generate_series(1, " +
           std::to_string(random.between(1, 8)) + ") n ON CONFLICT DO NOTHING";
  if (choice < 44)
    return "UPDATE orders SET status = 'paid', customer = " + product() + " WHERE id BETWEEN " +
           one + " AND " + one + " + 20 AND id < " + std::to_string(first + orders_per_writer);
  if (choice < 54)
    return "DELETE FROM lines WHERE order_id = " + one + "; DELETE FROM orders WHERE id = " + one;
  if (choice < 66) return "UPDATE lines SET price = price + 1 WHERE order_id = " + one;
  if (choice < 75)
    return "INSERT INTO notes SELECT " + one +
           ", 'note ' || n % 3 FROM generate_series(1, 5) n;"
           "DELETE FROM notes WHERE ctid IN (SELECT ctid FROM notes WHERE order_id BETWEEN " +
           std::to_string(first) + " AND " + std::to_string(first + orders_per_writer - 1) +
           " LIMIT 4)";
  if (choice < 80)  // keys move
    return "UPDATE lines SET line_no = line_no + 100 WHERE order_id = " + one +
           " AND line_no < 100; UPDATE lines SET line_no = line_no - 100 WHERE order_id = " + one +
           " AND line_no > 100 AND line_no - 100 NOT IN (SELECT line_no FROM lines WHERE order_id "
           "= " +
           one + ")";
  if (choice < 83)
    return "UPDATE lines SET price = price * 1.01 WHERE order_id BETWEEN " + std::to_string(first) +
           " AND " + std::to_string(first + orders_per_writer - 1);
  if (choice < 94) {  // a transfer within the writer's own accounts, also to one that is new
    const std::string from = std::to_string(writer * 25 + random.between(0, 24));
    const std::string to = std::to_string(writer * 25 + random.between(0, 24));
    return "UPDATE accounts SET balance = balance - 7 WHERE id = " + from +
           "; UPDATE accounts SET balance = balance + 7 WHERE id = " + to +
           "; UPDATE accounts SET id = id + CASE WHEN id < 1000 THEN 1000 ELSE -1000 END WHERE id "
           "% "
           "1000 = " +
           to + "; UPDATE accounts SET id = id % 1000 WHERE id % 1000 = " + to;
  }
  if (choice < 97)
    return "SAVEPOINT s; DELETE FROM orders WHERE id = " + one +
           "; ROLLBACK TO s; UPDATE orders SET "
           "status = 'kept' WHERE id = " +
           one;
  return "UPDATE documents SET version = version + 1 WHERE id = " + std::to_string(writer) +
         "; UPDATE documents SET body = repeat('" + one +
         " ', 1500) WHERE id = " + std::to_string(writer) + " AND version % 5 = 0";
}

}  // namespace

void Workload::create_tables(const std::string& url) {
  SqlSession(url).execute(
      "CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL, status text NOT NULL);"
      "CREATE TABLE lines (order_id int, line_no int, product int NOT NULL, price numeric(12,2),"
      " PRIMARY KEY (order_id, line_no));"
      "CREATE TABLE notes (order_id int, note text); ALTER TABLE notes REPLICA IDENTITY FULL;"
      "CREATE TABLE documents (id int PRIMARY KEY, version int, body text);"
      "ALTER TABLE documents ALTER COLUMN body SET STORAGE EXTERNAL;"
      "CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL);"
      "INSERT INTO accounts SELECT n, 1000 FROM generate_series(0, 99) n;"
      "INSERT INTO orders SELECT n, n % 50 + 1, 'old' FROM generate_series(0, 1599, 2) n;"
      "INSERT INTO lines SELECT o, l, (o + l) % 50 + 1, o * 0.5 FROM generate_series(0, 1599, 2) o,"
      " generate_series(1, 5) l;"
      "INSERT INTO documents SELECT n, 0, repeat('text ', 2000) FROM generate_series(0, 3) n");
}

std::map<std::string, std::string> Workload::views() {
  return {
      {"order_lines", "SELECT order_id, line_no, product, price FROM lines"},
      {"order_totals",
       "SELECT o.id, o.customer, o.status, count(l.line_no) AS lines, sum(l.price) AS total FROM "
       "orders o LEFT JOIN lines l ON l.order_id = o.id GROUP BY o.id"},
      {"joined",
       "SELECT l.order_id, l.line_no, o.status, l.price FROM lines l JOIN orders o ON o.id = "
       "l.order_id"},
      {"products",
       "SELECT product, count(*) AS n, sum(price) AS total, max(price) AS most FROM lines GROUP BY "
       "product"},
      {"customers",
       "SELECT customer, sum(total) AS total, sum(lines) AS lines FROM order_totals GROUP BY "
       "customer"},
      {"notes_kept", "SELECT order_id, note FROM notes"},
      {"kinds_of_notes",
       "SELECT note, count(*) AS n, count(DISTINCT order_id) AS orders FROM notes GROUP BY note"},
      {"bodies", "SELECT id, version, md5(body) AS digest, length(body) AS size FROM documents"},
      {"balances", "SELECT id, balance FROM accounts"},
      {"everything", "SELECT count(*) AS n, sum(price) AS total FROM lines"},
      {"unmatched",
       "SELECT l.order_id, l.line_no, o.id FROM lines l FULL JOIN orders o ON o.id = l.order_id "
       "WHERE "
       "o.id IS NULL OR l.order_id IS NULL"},
  };
}

Workload::Workload(std::string url, std::uint64_t seed) : url_(std::move(url)) {
  for (int writer = 0; writer < writer_count; ++writer)
    writers_.emplace_back([this, writer, seed] {
      write(writer, seed * writer_count + static_cast<std::uint64_t>(writer));
    });
}

Workload::~Workload() {
  ended_ = true;
  for (std::thread& writer : writers_) writer.join();
}

void Workload::pause() {
  paused_ = true;
  while (waiting_ < writer_count && !failed_)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

std::string Workload::failure() {
  const std::lock_guard lock(failure_mutex_);
  return failure_;
}

void Workload::write(int writer, std::uint64_t seed) {
  Random random(seed);
  try {
    SqlSession session(url_);
    while (!ended_) {
      if (paused_) {
        ++waiting_;
        while (paused_ && !ended_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        --waiting_;
        continue;
      }
      session.execute("BEGIN; " + transaction(writer, random) + "; COMMIT");
      ++transactions_;
      if (random.chance(30))
        std::this_thread::sleep_for(std::chrono::milliseconds(random.between(0, 4)));
    }
  } catch (const SqlFailed& failure) {
    const std::lock_guard lock(failure_mutex_);
    failure_ += failure.what();
    failed_ = true;
  }
}

}  // namespace deltamill
