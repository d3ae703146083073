// Journals blocks of the messages in tests/unit/source/messages.h and runs the engine over them.
#include "tests/unit/service/mill.h"

#include <chrono>
#include <stdexcept>

#include "service/journal/payload.h"
#include "tests/unit/source/messages.h"
#include "views/expressions/expression.h"
#include "views/functions/function.h"

namespace deltamill {

namespace {

const std::vector<std::string> column_names = {"id", "name"};

std::shared_ptr<const Table> make_table() {
  Table table;
  table.oid = table_oid;
  table.schema = "public";
  table.name = "t";
  for (const Column& column : two_texts()) {
    TableColumn one;
    one.name = column.name;
    one.type = column.type;
    one.attribute = static_cast<std::int16_t>(table.columns.size() + 1);
    table.columns.push_back(one);
  }
  table.primary_key = KeyColumns{0};
  return std::make_shared<const Table>(std::move(table));
}

PlanPtr scan_of_table() {
  return make_plan(two_texts(), TableScan{make_table(), {0, 1}});
}

std::vector<std::string> fields_of(const std::string& change) {
  const std::size_t comma = change.find(',');
  if (comma == std::string::npos) return {change.substr(1), "~"};
  return {change.substr(1, comma - 1), change.substr(comma + 1)};
}

std::string message_of(const std::string& change) {
  const std::vector<std::string> fields = fields_of(change);
  switch (change.at(0)) {
    case '+': return messages::insert(table_oid, fields);
    case '=': return messages::update(table_oid, fields);
    case '-': return messages::erase(table_oid, fields);
    default: throw std::logic_error("not a change: " + change);
  }
}

void append_changes(const Changes& changes, std::vector<std::string>& content) {
  content.push_back(messages::relation(table_oid, column_names));
  for (const std::string& change : changes) content.push_back(message_of(change));
}

BaseChunk base_chunk(const Changes& rows) {
  BaseChunk chunk;
  chunk.table = table_oid;
  chunk.row_count = rows.size();
  std::vector<std::string> content;
  append_changes(rows, content);
  for (const std::string& message : content) append_message(message, chunk.payload);
  return chunk;
}

std::vector<Columns> columns_of(const std::vector<BoundView>& views) {
  std::vector<Columns> columns;
  for (const BoundView& view : views) columns.push_back(view.plan->columns);
  return columns;
}

}  // namespace

Frontier at(std::uint64_t position) {
  return Frontier(Lsn(position));
}

Columns two_texts() {
  Type text;
  text.kind = TypeKind::text;
  return {{"id", text, false}, {"name", text, true}};
}

BoundView whole_table(const std::string& name) {
  return {name, scan_of_table(), KeyColumns{0}, false};
}

BoundView row_count(const std::string& name) {
  AggregateCall count;
  count.function = find_aggregate("count", {});
  count.type.kind = TypeKind::int8;
  const Columns columns = {{"count", count.type, false}};
  return {name, make_plan(columns, Aggregate{scan_of_table(), {}, {count}}), KeyColumns{}, false};
}

BoundView integer_ids(const std::string& name) {
  Type integer;
  integer.kind = TypeKind::int4;
  const Expressions outputs = {make_call(*find_cast(TypeKind::text, TypeKind::int4), integer,
                                         {make_column(two_texts()[0].type, 0, 0)})};
  const Columns columns = {{"id", integer, true}};
  return {name, make_plan(columns, Project{scan_of_table(), outputs}), std::nullopt, false};
}

Mill::Mill(const Changes& base, std::vector<BoundView> views, std::size_t sinks,
           std::size_t queue_bytes_max)
    : journal_(open_journal((directory_.path() / "journal.db").string(), clock_, {})),
      views_(std::move(views)),
      errors_(views_.size()) {
  journal_->reset({"7123", 1, 16384, "mill"}, at(10));
  JournalTable table;
  table.oid = table_oid;
  table.schema = "public";
  table.name = "t";
  table.base = at(10);
  journal_->begin_table(table);
  journal_->append_base_chunk(base_chunk(base));
  journal_->complete_table(table_oid);
  for (std::size_t sink = 0; sink < sinks; ++sink)
    add_sink(sink, sink == 0 ? std::size_t{64} << 20 : queue_bytes_max);
}

Mill::~Mill() = default;

void Mill::add_sink(std::size_t number, std::size_t queue_bytes_max) {
  sinks_.push_back(std::make_unique<MemorySink>(columns_of(views_)));
  SinkFollowerOptions options;
  options.type = "memory";
  options.worker.name = number == 0 ? "local" : "other" + std::to_string(number);
  options.worker.queue_bytes_max = queue_bytes_max;
  // At once, so that a test waits for attempts, not for a time.
  options.worker.retry_delay_min = std::chrono::milliseconds(0);
  options.worker.retry_delay_max = std::chrono::milliseconds(0);
  for (std::uint32_t view = 0; view < views_.size(); ++view) options.views.push_back(view);
  if (number == 0) options.errors = &errors_;
  SinkFollowerListeners listeners;
  listeners.view_failed = [this](std::uint32_t view, const std::string& message) {
    tell({{view}, message});
  };
  listeners.live = [this](const std::vector<std::uint32_t>&, bool) {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  };
  followers_.push_back(std::make_unique<SinkFollower>(
      *sinks_.back(), views_.size(), std::move(options), clock_, metrics_, listeners));
}

void Mill::tell(EngineFailure failure) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::move(failure);
  changed_.notify_all();
}

void Mill::commit(std::uint64_t to, const Changes& changes) {
  commit_together({{to, changes}});
}

void Mill::commit_together(const std::vector<std::pair<std::uint64_t, Changes>>& transactions) {
  std::vector<std::string> content;
  std::uint64_t from = end_;
  for (const auto& [to, changes] : transactions) {
    content.push_back(messages::begin(from));  // a transaction may commit where the last one ended
    append_changes(changes, content);
    content.push_back(messages::commit(from, to));
    from = to;
  }
  append(content, from, true);
}

void Mill::commit_in_pieces(std::uint64_t to, const std::vector<Changes>& pieces) {
  const std::uint64_t commit_lsn = end_;
  for (std::size_t piece = 0; piece < pieces.size(); ++piece) {
    const bool last = piece + 1 == pieces.size();
    std::vector<std::string> content = {messages::begin(commit_lsn)};
    append_changes(pieces[piece], content);
    if (last) content.push_back(messages::commit(commit_lsn, to));
    append(content, last ? to : commit_lsn, last);
  }
}

void Mill::append(const std::vector<std::string>& content, std::uint64_t to, bool complete) {
  auto block = std::make_shared<Block>();
  block->from = at(end_);
  block->to = at(to);
  block->complete = complete;
  block->transaction_count = complete ? 1 : 0;
  block->change_count = content.size();
  block->oldest_commit_time = 7;
  for (const std::string& message : content) append_message(message, block->payload);
  if (!journal_->append(std::move(block), Clock::Time::min()))
    throw std::logic_error("the journal's queue is full");
  journal_->flush();
  end_ = to;
}

void Mill::start(EngineOptions options) {
  stop();
  EngineListeners listeners;
  listeners.failed = [this](const EngineFailure& failed) { tell(failed); };
  listeners.left_behind = [this](const SinkFollower&, const std::string&) {
    const std::lock_guard lock(mutex_);
    ++left_behind_;
    changed_.notify_all();
  };
  std::vector<SinkFollower*> followers;
  for (const auto& follower : followers_) followers.push_back(follower.get());
  engine_ = std::make_unique<Engine>(*journal_, clock_, std::move(followers), streamed_views(),
                                     std::move(options), metrics_, std::move(listeners));
}

std::vector<StreamedView> Mill::streamed_views() const {
  std::vector<StreamedView> views;
  for (std::uint32_t view = 0; view < views_.size(); ++view) views.push_back({views_[view], view});
  return views;
}

bool Mill::failed() {
  const std::lock_guard lock(mutex_);
  return failure_.has_value();
}

bool Mill::wait_until(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  std::unique_lock lock(mutex_);
  while (std::chrono::steady_clock::now() < deadline) {
    lock.unlock();
    if (holds()) return true;
    lock.lock();
    changed_.wait_for(lock, std::chrono::milliseconds(2));
  }
  return false;
}

std::size_t Mill::left_behind() {
  const std::lock_guard lock(mutex_);
  return left_behind_;
}

bool Mill::shows(const std::string& line) const {
  return metrics_.text().find("\n" + line + "\n") != std::string::npos;
}

void Mill::run_until(std::uint64_t to) {
  EngineOptions options;
  options.until = at(to);
  start(options);
  if (!sink().wait_for(at(to))) throw std::runtime_error("the engine did not get there");
  stop();
}

std::optional<EngineFailure> Mill::failure() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::seconds(10), [&] { return failure_.has_value(); });
  return failure_;
}

}  // namespace deltamill
