// Reads the header of a view's file: YAML in a comment that is the first thing in the file. Each
// key has a row in a table of readers.
#include "service/configuration/view_header.h"

#include <algorithm>

#include "service/configuration/quantity.h"
#include "service/configuration/sink_settings.h"
#include "service/configuration/yaml_document.h"
#include "views/sql/suggestion.h"

namespace deltamill {

namespace {

constexpr std::string_view opening = "/* deltamill";

class HeaderReader {
 public:
  HeaderReader(YamlSource& source, const Settings& settings, ViewHeader& header)
      : source_(source), settings_(settings), header_(header) {}

  struct Key {
    std::string_view name;
    void (HeaderReader::*read)(const YamlNode::Entry&);
  };
  static constexpr std::size_t key_count = 7;
  static const Key keys[key_count];

  void read(const YamlNode& root) {
    if (root.kind == YamlNode::Kind::null) return;
    if (root.kind != YamlNode::Kind::map)
      return source_.error(root, "bad_value", "the header must be a map", "for example key: [id]");
    for (const YamlNode::Entry& entry : root.entries) read_entry(entry);
  }

 private:
  void read_entry(const YamlNode::Entry& entry) {
    // Where each key stands, for what is only found out later: a column that the view does not
    // have.
    header_.places[entry.key] = source_.at(entry);
    for (const Key& key : keys)
      if (entry.key == key.name) return (this->*key.read)(entry);
    std::vector<std::string> names;
    for (const Key& key : keys) names.emplace_back(key.name);
    source_.error(entry, "unknown_key", "unknown key \"" + entry.key + "\"",
                  did_you_mean(entry.key, names));
  }

  void fail(const YamlNode::Entry& entry, const std::string& what) {
    const std::string message = "\"" + entry.key + "\" must be " + what;
    if (entry.value.kind == YamlNode::Kind::null)
      source_.error(entry, "bad_value", message);
    else
      source_.error(entry.value, "bad_value", message);
  }

  void read_description(const YamlNode::Entry& entry) {
    if (entry.value.kind != YamlNode::Kind::scalar) return fail(entry, "a text");
    header_.description = entry.value.text;
  }

  // Everything is taken, so that later stages find all columns that are named; one message says
  // what is wrong with the form.
  std::vector<std::string> texts(const YamlNode::Entry& entry) {
    std::vector<std::string> result;
    bool good = entry.value.kind == YamlNode::Kind::list;
    for (const YamlNode& item : entry.value.items) {
      good = good && item.kind == YamlNode::Kind::scalar;
      result.push_back(item.text);
    }
    if (!good) fail(entry, "a list of names");
    return result;
  }

  void read_key(const YamlNode::Entry& entry) { header_.key = texts(entry); }

  void read_sinks(const YamlNode::Entry& entry) {
    if (entry.value.kind != YamlNode::Kind::list || entry.value.items.empty())
      return fail(entry, "a list of sinks, for example [" + settings_.store_name() + "]");
    header_.sinks.emplace();
    for (const YamlNode& item : entry.value.items) {
      if (item.kind == YamlNode::Kind::scalar) {
        read_sink(item, item.text, nullptr);
      } else if (item.kind == YamlNode::Kind::map && item.entries.size() == 1) {
        read_sink(item, item.entries[0].key, &item.entries[0].value);
      } else {
        source_.error(item, "bad_value", "a sink is a name, or a name with options",
                      "for example - local: { index: [[region]] }");
      }
    }
  }

  // `options`: nullptr = it is named without any.
  void read_sink(const YamlNode& at, const std::string& name, const YamlNode* options) {
    std::vector<ViewSink>& sinks = *header_.sinks;
    if (std::ranges::find(sinks, name, &ViewSink::name) != sinks.end())
      source_.error(at, "duplicate_key", "the sink \"" + name + "\" is named twice",
                    "remove one of the two");
    ViewSink& sink = sinks.emplace_back();
    sink.name = name;
    // Listed in spite of it: what follows is checked against the sink's name all the same.
    if (!can_take_views(settings_, name))
      return source_.error(at, "bad_value", no_sink(settings_, name), sinks_to_use(settings_));
    if (options != nullptr) read_sqlite_options(*options, sink);
  }

  void read_sqlite_options(const YamlNode& options, ViewSink& sink) {
    if (options.kind == YamlNode::Kind::null) return;
    if (options.kind != YamlNode::Kind::map)
      return source_.error(options, "bad_value", "options of a sink must be a map");
    for (const YamlNode::Entry& option : options.entries) {
      if (option.key == "index")
        read_indexes(option, sink);
      else if (option.key == "search")
        source_.error(option, "bad_value", "\"search\" is not available in this version");
      else
        source_.error(option, "unknown_key", "unknown option \"" + option.key + "\"",
                      did_you_mean(option.key, {"index", "search"}));
    }
  }

  void read_indexes(const YamlNode::Entry& entry, ViewSink& sink) {
    // Each with its own place in the file, down to the column.
    for (const YamlNode& index : entry.value.items) {
      std::vector<std::string> columns;
      for (const YamlNode& column : index.items) {
        if (column.kind != YamlNode::Kind::scalar)
          return fail(entry, "a list of lists of columns, each a text");
        columns.push_back(column.text);
        header_.places["index." + column.text] = source_.at(column);
      }
      if (index.kind != YamlNode::Kind::list || columns.empty())
        return fail(entry, "a list of lists of columns, for example [[region, \"balance desc\"]]");
      sink.indexes.push_back(std::move(columns));
    }
    if (entry.value.kind != YamlNode::Kind::list)
      fail(entry, "a list of lists of columns, for example [[region, \"balance desc\"]]");
  }

  void read_max_lag(const YamlNode::Entry& entry) {
    header_.max_lag = parse_duration(entry.value.text);
    if (!header_.max_lag) fail(entry, "a duration: an integer and one of ms s m h d");
  }

  void read_required(const YamlNode::Entry& entry) {
    if (!entry.value.is_word("true") && !entry.value.is_word("false"))
      return fail(entry, "true or false");
    header_.required = entry.value.is_word("true");
  }

  void read_serve(const YamlNode::Entry& entry) {
    const YamlNode& node = entry.value;
    if (node.kind == YamlNode::Kind::map) return read_serve_map(node);
    if (node.is_word("true"))
      header_.serve = ServeMode::always;
    else if (node.is_word("false"))
      header_.serve = ServeMode::never;
    else if (node.is_word("loopback"))
      header_.serve = ServeMode::loopback;
    else
      fail(entry, "true, false, loopback or a map with policy and columns");
  }

  void read_serve_map(const YamlNode& map) {
    header_.serve = ServeMode::always;
    for (const YamlNode::Entry& entry : map.entries) {
      if (entry.key == "columns")
        read_served_columns(entry);
      else if (entry.key == "policy")
        source_.error(entry, "bad_value", "\"policy\" is not available in this version");
      else
        source_.error(entry, "unknown_key", "unknown key \"" + entry.key + "\"",
                      did_you_mean(entry.key, {"policy", "columns"}));
    }
  }

  void read_served_columns(const YamlNode::Entry& entry) {
    header_.served_columns = texts(entry);
    if (entry.value.kind == YamlNode::Kind::list && entry.value.items.empty())
      fail(entry, "a list of at least one column; leave it out for all");
    for (const YamlNode& column : entry.value.items)
      header_.places["serve.columns." + column.text] = source_.at(column);
  }

  void read_columns(const YamlNode::Entry& entry) {
    if (entry.value.kind != YamlNode::Kind::map)
      return fail(entry, "a map from columns to descriptions");
    for (const YamlNode::Entry& column : entry.value.entries) {
      if (column.value.kind != YamlNode::Kind::scalar) fail(column, "a text");
      header_.column_descriptions[column.key] = column.value.text;
      header_.places["columns." + column.key] = source_.at(column);
    }
  }

  YamlSource& source_;
  const Settings& settings_;
  ViewHeader& header_;
};

constexpr HeaderReader::Key HeaderReader::keys[key_count] = {
    {"description", &HeaderReader::read_description},
    {"key", &HeaderReader::read_key},
    {"sinks", &HeaderReader::read_sinks},
    {"max_lag", &HeaderReader::read_max_lag},
    {"required", &HeaderReader::read_required},
    {"serve", &HeaderReader::read_serve},
    {"columns", &HeaderReader::read_columns},
};

// Where the header's YAML stands in a file; begin == npos: the file has no header.
struct HeaderSpan {
  std::size_t begin = std::string::npos;
  std::size_t end = std::string::npos;
};

bool opens_header(std::string_view text) {
  return text.starts_with(opening) && text.size() > opening.size() &&
         std::string_view(" \t\r\n*").find(text[opening.size()]) != std::string_view::npos;
}

// Only blanks may come before it: a header is found without parsing SQL.
HeaderSpan find_header(std::string_view text) {
  const std::size_t comment = text.find_first_not_of(" \t\r\n");
  if (comment == std::string::npos || !opens_header(text.substr(comment))) return {};
  const std::size_t begin = comment + opening.size();
  const std::size_t end = text.find("*/", begin);
  if (end == std::string::npos) return {};  // the SQL parser reports the unterminated comment
  return {begin, end};
}

// A header that does not come first would be taken for any other comment.
void refuse_late_header(const std::string& file, const std::string& text,
                        Diagnostics& diagnostics) {
  for (std::size_t at = text.find(opening); at != std::string::npos;
       at = text.find(opening, at + 1)) {
    // Within a line the words may be text of a query or of a comment.
    const bool begins_line = at == 0 || text[at - 1] == '\n';
    if (!begins_line || !opens_header(std::string_view(text).substr(at))) continue;
    Diagnostic diagnostic;
    diagnostic.file = file;
    diagnostic.code = "syntax";
    diagnostic.message = "the header must be the first thing in the file";
    diagnostic.hint = "move it above everything else, comments too";
    locate(text, at, diagnostic);
    diagnostics.push_back(std::move(diagnostic));
    return;
  }
}

}  // namespace

std::vector<std::string_view> header_keys() {
  std::vector<std::string_view> names;
  for (const HeaderReader::Key& key : HeaderReader::keys) names.push_back(key.name);
  return names;
}

ViewHeader read_header(const std::string& file, const std::string& text, const Settings& settings,
                       Diagnostics& diagnostics) {
  ViewHeader header;
  const HeaderSpan span = find_header(text);
  if (span.begin == std::string::npos) {
    // Without the end of any comment there is no header anywhere.
    if (text.find("*/") != std::string::npos) refuse_late_header(file, text, diagnostics);
    return header;
  }
  YamlSource source(file, text, diagnostics, span.begin, span.end);
  if (const std::optional<YamlNode> root = source.parse())
    HeaderReader(source, settings, header).read(*root);
  return header;
}

}  // namespace deltamill
