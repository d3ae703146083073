// Messages are those of tests/unit/source/messages.h.
#include "tests/unit/service/mill.h"

#include <chrono>
#include <stdexcept>

#include "service/journal/payload.h"
#include "tests/unit/source/messages.h"

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

Mill::Mill(const Changes& base, std::vector<BoundView> views)
    : journal_(open_journal((directory_.path() / "journal.db").string(), {})),
      views_(std::move(views)),
      sink_(columns_of(views_)),
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
  if (!journal_->append(std::move(block))) throw std::logic_error("the journal's queue is full");
  journal_->flush();
  end_ = to;
}

void Mill::start(EngineOptions options) {
  stop();
  std::vector<EngineView> views;
  for (std::uint32_t view = 0; view < views_.size(); ++view) views.push_back({views_[view], view});
  EngineListeners listeners;
  listeners.failed = [this](const EngineFailure& failed) {
    const std::lock_guard lock(mutex_);
    failure_ = failed;
    changed_.notify_all();
  };
  engine_ = std::make_unique<Engine>(*journal_, sink_, std::move(views), std::move(options),
                                     metrics_, errors_, std::move(listeners));
}

void Mill::run_until(std::uint64_t to) {
  EngineOptions options;
  options.until = at(to);
  start(options);
  if (!sink_.wait_for(at(to))) throw std::runtime_error("the engine did not get there");
  stop();
}

std::optional<EngineFailure> Mill::failure() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::seconds(10), [&] { return failure_.has_value(); });
  return failure_;
}

}  // namespace deltamill
