// A view store in a directory of its own, with verbs for what the pipeline does to it. Values are
// given as PostgreSQL prints them.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sinks/sqlite/view_store.h"
#include "views/data/text_form.h"

namespace deltamill {

inline Frontier at(std::uint64_t position) {
  return Frontier(Lsn(position));
}

inline Column column(const std::string& name, TypeKind kind, bool nullable = false,
                     std::int32_t modifier = -1) {
  Type type;
  type.kind = kind;
  type.modifier = modifier;
  return {name, type, nullable};
}

using Field = std::optional<std::string>;
inline constexpr std::nullopt_t null = std::nullopt;

struct SignedRow {
  std::int32_t weight = 0;
  std::vector<Field> fields;
};

// Packs rows; they live as long as this does.
class RowMaker {
 public:
  explicit RowMaker(Columns columns) : columns_(std::move(columns)), layout_(columns_) {}

  [[nodiscard]] RowBytes row(const std::vector<Field>& fields) {
    std::vector<Value> values;
    for (std::size_t offset = 0; offset < columns_.size(); ++offset)
      values.push_back(value(columns_[offset].type, fields.at(offset)));
    return pack_row(layout_, values, arena_);
  }
  [[nodiscard]] Delta delta(const std::vector<SignedRow>& rows) {
    Delta delta;
    for (const SignedRow& signed_row : rows)
      delta.push_back({row(signed_row.fields), signed_row.weight});
    return delta;
  }

 private:
  [[nodiscard]] Value value(const Type& type, const Field& field) {
    if (!field) return Value::null();
    const std::optional<Value> parsed = parse_text(type, arena_.copy(*field), arena_);
    if (!parsed) throw std::runtime_error("not a value of the column: " + *field);
    return *parsed;
  }

  Columns columns_;
  RowLayout layout_;
  Arena arena_;
};

class TemporaryStore {
 public:
  TemporaryStore() {
    std::string name = (std::filesystem::temp_directory_path() / "deltamill-unit-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = name;
  }
  TemporaryStore(const TemporaryStore&) = delete;
  TemporaryStore& operator=(const TemporaryStore&) = delete;
  ~TemporaryStore() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  [[nodiscard]] std::string path() const { return (directory_ / "views.db").string(); }

  // Rows as another process reads them: "7|Ada", NULL as "NULL".
  [[nodiscard]] std::vector<std::string> query(const std::string& sql) const {
    Database database(path(), Database::Mode::read_only);
    Statement statement = database.prepare(sql);
    std::vector<std::string> rows;
    while (statement.step()) {
      std::string& row = rows.emplace_back();
      for (int offset = 0; offset < statement.column_count(); ++offset) {
        if (offset > 0) row += '|';
        row += statement.is_null(offset) ? "NULL" : std::string(statement.text(offset));
      }
    }
    return rows;
  }

 private:
  std::filesystem::path directory_;
};

// One view, called v, kept by one sink.
class TestSink {
 public:
  explicit TestSink(Columns columns, std::optional<KeyColumns> key)
      : rows_(columns), view_{"v", "definition 1", std::move(columns), std::move(key), {}} {}

  TestSink& open() {
    sink_.reset();
    sink_ =
        std::make_unique<SqliteSink>(store_.path(), epoch, instance, std::vector{view_}, options);
    generation_ = sink_->current(0).value_or(Generation{0, 0});
    return *this;
  }
  // Opens and makes an empty generation current.
  TestSink& start() {
    open();
    activate_new({});
    return *this;
  }
  void activate_new(const std::vector<SignedRow>& rows) {
    generation_ = sink_->begin_generation(0);
    sink_->load(generation_, rows_.delta(rows));
    sink_->activate(generation_);
    commit();
  }
  TestSink& apply(const std::vector<SignedRow>& rows) {
    sink_->apply(generation_, rows_.delta(rows));
    return *this;
  }
  void commit() {
    const Frontier previous = sink_->frontier();
    sink_->commit(previous, at(previous.end().value + 10));
  }
  void change(const std::vector<SignedRow>& rows) {
    apply(rows);
    commit();
  }
  [[nodiscard]] std::vector<std::string> rows() const {
    return store_.query("SELECT * FROM v ORDER BY 1, 2");
  }
  [[nodiscard]] std::uint64_t row_count() { return sink_->row_count(generation_); }
  [[nodiscard]] Generation generation() const { return generation_; }
  [[nodiscard]] SqliteSink& operator*() { return *sink_; }
  [[nodiscard]] SqliteSink* operator->() { return sink_.get(); }
  [[nodiscard]] const TemporaryStore& store() const { return store_; }
  [[nodiscard]] SinkView& view() { return view_; }
  [[nodiscard]] RowMaker& maker() { return rows_; }

  std::string epoch = "epoch 1";
  std::string instance = "instance 1";
  SqliteSinkOptions options;

 private:
  TemporaryStore store_;
  RowMaker rows_;
  SinkView view_;
  std::unique_ptr<SqliteSink> sink_;
  Generation generation_;
};

}  // namespace deltamill
