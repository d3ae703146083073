// Writes rows as a client asked for them: JSON as row_to_json prints rows, CSV as COPY ... (FORMAT
// csv, HEADER) does. Values come as the store holds them and are printed in PostgreSQL's text form.
#include "service/http/row_writer.h"

#include "sinks/sqlite/stored_value.h"
#include "views/data/text_form.h"

namespace deltamill {

RowWriter::RowWriter(RowFormat format, const QueriedView& view,
                     const std::vector<SelectItem>& select)
    : format_(format) {
  // Names are escaped once, not per row.
  for (const SelectItem& selected : select) {
    Item item{view.columns[selected.column].type, selected.as_text, items_.empty() ? "{" : ","};
    append_json_string(selected.name, item.prefix);
    item.prefix += ':';
    items_.push_back(std::move(item));
  }
  if (format != RowFormat::csv) return;
  const char* separator = "";
  for (const SelectItem& selected : select) {
    header_ += separator;
    append_csv_field(selected.name, header_);
    separator = ",";
  }
  header_ += '\n';
}

void RowWriter::begin(std::string& body) const {
  if (format_ == RowFormat::json) body += '[';
  if (format_ == RowFormat::csv) body += header_;
}

void RowWriter::append(const Statement& row, std::string& body) {
  if (format_ == RowFormat::csv) {
    append_csv_row(row, body);
    return;
  }
  if (format_ == RowFormat::json && !first_) body += ',';
  first_ = false;
  append_json_row(row, body);
  if (format_ == RowFormat::ndjson) body += '\n';
}

void RowWriter::end(std::string& body) const {
  if (format_ == RowFormat::json) body += ']';
}

void RowWriter::append_json_row(const Statement& row, std::string& body) {
  for (int column = 0; const Item& item : items_) {
    body += item.prefix;
    if (!item.as_text || row.is_null(column)) {
      append_stored_json(item.type, row, column, body);
    } else {
      scratch_.clear();
      append_stored_text(item.type, TextUse::cast, row, column, scratch_);
      append_json_string(scratch_, body);
    }
    ++column;
  }
  body += '}';
}

void RowWriter::append_csv_row(const Statement& row, std::string& body) {
  for (int column = 0; const Item& item : items_) {
    if (column > 0) body += ',';
    if (!row.is_null(column)) {
      scratch_.clear();
      append_stored_text(item.type, item.as_text ? TextUse::cast : TextUse::copy, row, column,
                         scratch_);
      append_csv_field(scratch_, body);
    }
    ++column;
  }
  body += '\n';
}

// Quoted where COPY quotes: an empty text (it would read as NULL), separators, and the end mark
// alone in a line.
void RowWriter::append_csv_field(std::string_view text, std::string& body) const {
  const bool end_mark = items_.size() == 1 && text == "\\.";
  if (!text.empty() && !end_mark && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    body += text;
    return;
  }
  body += '"';
  for (const char c : text) {
    if (c == '"') body += '"';
    body += c;
  }
  body += '"';
}

}  // namespace deltamill
