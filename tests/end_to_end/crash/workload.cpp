// The writers of the crash loop. Each has order numbers of its own, so that writers do not wait for
// each other; stock and journal lines are shared.
#include "tests/end_to_end/crash/workload.h"

#include <chrono>

#include "tests/differential/random.h"
#include "tests/support/sql_session.h"

namespace deltamill {

namespace {

constexpr int orders_per_writer = 400;
constexpr int products = 50;

// The transactions of one writer, over orders and accounts of its own.
class Transactions {
 public:
  Transactions(int writer, Random& random) : writer_(writer), random_(random) {}

  // Statements without BEGIN and COMMIT.
  [[nodiscard]] std::string next() {
    const std::string order = std::to_string(random_.between(first_, last_));
    const int choice = random_.between(0, 99);
    if (choice < 24) return take(order);
    if (choice < 44) return pay(order);
    if (choice < 54) return remove(order);
    if (choice < 66) return "UPDATE lines SET price = price + 1 WHERE order_id = " + order;
    if (choice < 75) return annotate(order);
    if (choice < 80) return renumber(order);
    if (choice < 83) return raise_all_prices();
    if (choice < 94) return transfer();
    if (choice < 97) return remove_and_roll_back(order);
    return rewrite_document(order);
  }

 private:
  [[nodiscard]] std::string product() { return std::to_string(random_.between(1, products)); }
  [[nodiscard]] std::string account() {
    return std::to_string(writer_ * 25 + random_.between(0, 24));
  }
  // Of all its orders.
  [[nodiscard]] std::string range() const {
    return std::to_string(first_) + " AND " + std::to_string(last_);
  }

  // New, or one that is there.
  std::string take(const std::string& order) {
    const std::string lines = std::to_string(random_.between(1, 8));
    return "INSERT INTO orders VALUES (" + order + ", " + product() +
           ", 'new') ON CONFLICT (id) DO UPDATE SET status = 'again';"
           "INSERT INTO lines SELECT " +
           order + ", n, " + product() + ", n * 1.5 FROM generate_series(1, " + lines +
           ") n ON CONFLICT DO NOTHING";
  }
  std::string pay(const std::string& order) {
    return "UPDATE orders SET status = 'paid', customer = " + product() + " WHERE id BETWEEN " +
           order + " AND " + order + " + 20 AND id <= " + std::to_string(last_);
  }
  static std::string remove(const std::string& order) {
    return "DELETE FROM lines WHERE order_id = " + order +
           "; DELETE FROM orders WHERE id = " + order;
  }
  // Rows without a key, some of them equal.
  std::string annotate(const std::string& order) const {
    return "INSERT INTO notes SELECT " + order +
           ", 'note ' || n % 3 FROM generate_series(1, 5) n;"
           "DELETE FROM notes WHERE ctid IN (SELECT ctid FROM notes WHERE order_id BETWEEN " +
           range() + " LIMIT 4)";
  }
  // Keys move away and back.
  static std::string renumber(const std::string& order) {
    return "UPDATE lines SET line_no = line_no + 100 WHERE order_id = " + order +
           " AND line_no < 100; UPDATE lines SET line_no = line_no - 100 WHERE order_id = " +
           order +
           " AND line_no > 100 AND line_no - 100 NOT IN "
           "(SELECT line_no FROM lines WHERE order_id = " +
           order + ")";
  }
  std::string raise_all_prices() const {
    return "UPDATE lines SET price = price * 1.01 WHERE order_id BETWEEN " + range();
  }
  // Within the writer's own accounts, also to one that is new.
  std::string transfer() {
    const std::string from = account();
    const std::string to = account();
    return "UPDATE accounts SET balance = balance - 7 WHERE id = " + from +
           "; UPDATE accounts SET balance = balance + 7 WHERE id = " + to +
           "; UPDATE accounts SET id = id + CASE WHEN id < 1000 THEN 1000 ELSE -1000 END "
           "WHERE id % 1000 = " +
           to + "; UPDATE accounts SET id = id % 1000 WHERE id % 1000 = " + to;
  }
  static std::string remove_and_roll_back(const std::string& order) {
    return "SAVEPOINT s; DELETE FROM orders WHERE id = " + order +
           "; ROLLBACK TO s; UPDATE orders SET status = 'kept' WHERE id = " + order;
  }
  // A value that is mostly left as it is, out of line.
  std::string rewrite_document(const std::string& order) const {
    const std::string id = std::to_string(writer_);
    return "UPDATE documents SET version = version + 1 WHERE id = " + id +
           "; UPDATE documents SET body = repeat('" + order + " ', 1500) WHERE id = " + id +
           " AND version % 5 = 0";
  }

  const int writer_;
  Random& random_;
  const int first_ = writer_ * orders_per_writer;
  const int last_ = first_ + orders_per_writer - 1;
};

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
  Transactions transactions(writer, random);
  try {
    SqlSession session(url_);
    while (!ended_) {
      if (paused_) {
        ++waiting_;
        while (paused_ && !ended_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        --waiting_;
        continue;
      }
      session.execute("BEGIN; " + transactions.next() + "; COMMIT");
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
