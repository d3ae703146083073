// Builds the strict tree from yaml-cpp's events, where anchors, tags and positions are still
// visible.
#include "service/configuration/yaml_document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <numeric>
#include <sstream>

namespace deltamill {

namespace {

constexpr std::size_t depth_max = 32;

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(YamlSource& source) : source_(source) {}

  [[nodiscard]] YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode node = make(YamlNode::Kind::null, mark);
    refuse_anchor(node, anchor);
    add(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    YamlNode node = make(YamlNode::Kind::null, mark);
    source_.error(node, "syntax", "aliases are not supported", "write the value out");
    add(std::move(node));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = make(YamlNode::Kind::scalar, mark);
    node.text = value;
    node.quoted = tag == "!";
    refuse_anchor(node, anchor);
    refuse_tag(node, tag);
    if (!node.quoted && (value == "null" || value == "~")) node.kind = YamlNode::Kind::null;
    add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  // A list or map that is still open; in a map, whether the next node is a value.
  struct Open {
    YamlNode node;
    YamlNode key;
    bool has_key = false;
  };

  static YamlNode make(YamlNode::Kind kind, const YAML::Mark& mark) {
    YamlNode node;
    node.kind = kind;
    node.line = static_cast<std::uint32_t>(mark.line + 1);
    node.column = static_cast<std::uint32_t>(mark.column + 1);
    return node;
  }

  void refuse_anchor(const YamlNode& node, YAML::anchor_t anchor) {
    if (anchor != 0)
      source_.error(node, "syntax", "anchors are not supported", "write the value out");
  }

  void refuse_tag(const YamlNode& node, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!")
      source_.error(node, "syntax", "tags are not supported", "remove \"" + tag + "\"");
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    YamlNode node = make(kind, mark);
    refuse_anchor(node, anchor);
    refuse_tag(node, tag);
    if (open_.size() >= depth_max) throw YAML::ParserException(mark, "nested too deeply");
    open_.push_back({std::move(node), {}, false});
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  void add(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::list) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.has_key) {
      parent.key = std::move(node);
      parent.has_key = true;
    } else {
      add_entry(parent, std::move(node));
    }
  }

  void add_entry(Open& parent, YamlNode value) {
    parent.has_key = false;
    const YamlNode& key = parent.key;
    if (key.kind != YamlNode::Kind::scalar) {
      source_.error(key, "syntax", "a key must be a plain word", {});
      return;
    }
    if (key.text == "<<") {
      source_.error(key, "syntax", "merge keys are not supported", "write the values out");
      return;
    }
    if (parent.node.find(key.text) != nullptr) {
      source_.error(key, "duplicate_key", "duplicate key \"" + key.text + "\"",
                    "remove one of the two");
      return;
    }
    parent.node.entries.push_back({key.text, key.line, key.column, std::move(value)});
  }

  YamlSource& source_;
  YamlNode root_;
  std::vector<Open> open_;
};

std::string line_of(const std::string& text, std::uint32_t line) {
  std::size_t begin = 0;
  for (std::uint32_t at = 1; at < line; ++at) {
    begin = text.find('\n', begin);
    if (begin == std::string::npos) return {};
    ++begin;
  }
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const Entry& entry : entries)
    if (entry.key == key) return &entry.value;
  return nullptr;
}

YamlSource::YamlSource(std::string file, std::string text, Diagnostics& diagnostics,
                       std::uint32_t first_line, std::uint32_t first_column)
    : file_(std::move(file)),
      text_(std::move(text)),
      diagnostics_(diagnostics),
      first_line_(first_line),
      first_column_(first_column) {}

YamlNode YamlSource::parse() {
  try {
    std::istringstream stream(text_);
    YAML::Parser parser(stream);
    TreeBuilder builder(*this);
    if (!parser.HandleNextDocument(builder)) return {};
    YamlNode root = builder.take();
    TreeBuilder rest(*this);
    if (parser.HandleNextDocument(rest))
      error_at(rest.take().line, 1, 1, "syntax", "more than one document in a file",
               "remove the second");
    return root;
  } catch (const YAML::Exception& failure) {
    error_at(static_cast<std::uint32_t>(failure.mark.line + 1),
             static_cast<std::uint32_t>(failure.mark.column + 1), 1, "syntax", failure.msg, {});
    return {};
  }
}

void YamlSource::error(const YamlNode& at, std::string_view code, std::string message,
                       std::string hint) {
  error_at(at.line, at.column, std::max<std::size_t>(1, at.text.size()), code, std::move(message),
           std::move(hint));
}

void YamlSource::error(const YamlNode::Entry& at, std::string_view code, std::string message,
                       std::string hint) {
  error_at(at.line, at.column, at.key.size(), code, std::move(message), std::move(hint));
}

void YamlSource::error_at(std::uint32_t line, std::uint32_t column, std::size_t length,
                          std::string_view code, std::string message, std::string hint) {
  failed_ = true;
  Diagnostic diagnostic;
  diagnostic.line = line;
  diagnostic.column = column;
  diagnostic.code = code;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  report(std::move(diagnostic), length);
}

void YamlSource::warning(const YamlNode& at, std::string_view code, std::string message,
                         std::string hint) {
  Diagnostic diagnostic;
  diagnostic.severity = Severity::warning;
  diagnostic.line = at.line;
  diagnostic.column = at.column;
  diagnostic.code = code;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  report(std::move(diagnostic), std::max<std::size_t>(1, at.text.size()));
}

void YamlSource::report(Diagnostic diagnostic, std::size_t length) {
  diagnostic.file = file_;
  diagnostic.length = static_cast<std::uint32_t>(length);
  diagnostic.source_line = line_of(text_, diagnostic.line);
  if (diagnostic.line == 1) diagnostic.column += first_column_ - 1;
  diagnostic.line += first_line_ - 1;
  diagnostics_.push_back(std::move(diagnostic));
}

std::string nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    std::vector<std::size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < word.size(); ++i) {
      std::size_t diagonal = row[0]++;
      for (std::size_t j = 0; j < candidate.size(); ++j) {
        const std::size_t substitution = diagonal + (word[i] == candidate[j] ? 0 : 1);
        diagonal = row[j + 1];
        row[j + 1] = std::min({row[j + 1] + 1, row[j] + 1, substitution});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string found = nearest(word, candidates);
  return found.empty() ? std::string() : "did you mean \"" + found + "\"?";
}

}  // namespace deltamill
