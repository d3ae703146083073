// Builds a strict tree of YAML from yaml-cpp's events, where anchors, tags and positions are still
// visible, and turns positions into diagnostics with the line they are about.
#include "service/configuration/yaml_document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>

#include "service/configuration/secrets.h"
#include "views/data/utf8.h"

namespace deltamill {

namespace {

constexpr std::size_t depth_max = 32;

std::uint32_t width_of(std::string_view text) {
  return static_cast<std::uint32_t>(count_characters(text));
}

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

  // Anchors and aliases are refused: a file that is read by people should say a value where it
  // counts, and a small file of aliases can mean a huge tree.
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    YamlNode node = make(YamlNode::Kind::null, mark);
    source_.error(node, "syntax", "aliases are not supported", "write the value out");
    add(std::move(node));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = make(YamlNode::Kind::scalar, mark);
    node.text = value;
    // yaml-cpp tags quoted scalars so. Quotes make a text of what would be a number or a word.
    node.quoted = tag == "!";
    node.length = width_of(value) + (node.quoted ? 2 : 0);
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
    // The readers recurse as deep as the file nests.
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
    // YAML lets the last one win; the reader of the file may have looked at the first.
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

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const Entry& entry : entries)
    if (entry.key == key) return &entry.value;
  return nullptr;
}

bool YamlNode::is_word(std::string_view word) const {
  // true, false and numbers are words only without quotes; any other text is itself either way.
  const bool is_text =
      word != "true" && word != "false" && word.find_first_not_of("0123456789") != word.npos;
  return kind == Kind::scalar && text == word && (is_text || !quoted);
}

YamlSource::YamlSource(std::string file, std::string text, Diagnostics& diagnostics,
                       std::size_t begin, std::size_t end)
    : file_(std::move(file)),
      text_(std::move(text)),
      diagnostics_(diagnostics),
      begin_(begin),
      end_(std::min(end, text_.size())) {
  const std::string_view before = std::string_view(text_).substr(0, begin_);
  // The YAML may stand in the middle of a file (the header of a view): positions count from the
  // file's begin.
  lines_before_ = static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
  const std::size_t newline = before.rfind('\n');
  bytes_before_ =
      static_cast<std::uint32_t>(newline == std::string_view::npos ? begin_ : begin_ - newline - 1);
}

std::optional<YamlNode> YamlSource::parse() {
  // A last line feed would hide from yaml-cpp that a quote is never closed.
  std::string yaml = text_.substr(begin_, end_ - begin_);
  yaml.erase(yaml.find_last_not_of(" \t\r\n") + 1);
  try {
    std::istringstream stream(yaml);
    YAML::Parser parser(stream);
    TreeBuilder builder(*this);
    if (!parser.HandleNextDocument(builder)) return YamlNode();
    // A second document would be ignored without a word.
    YamlNode root = builder.take();
    TreeBuilder rest(*this);
    if (parser.HandleNextDocument(rest))
      error(rest.take(), "syntax", "more than one document in a file", "remove the second");
    return root;
  } catch (const YAML::Exception& failure) {
    report(located({static_cast<std::uint32_t>(failure.mark.line + 1),
                    static_cast<std::uint32_t>(failure.mark.column + 1), 1}),
           "syntax", failure.msg, {});
    return std::nullopt;
  }
}

Diagnostic YamlSource::at(const YamlNode& node) const {
  return located({node.line, node.column, node.length});
}

Diagnostic YamlSource::at(const YamlNode::Entry& entry) const {
  return located({entry.line, entry.column, width_of(entry.key)});
}

void YamlSource::error(const YamlNode& at, std::string_view code, std::string message,
                       std::string hint) {
  report(this->at(at), code, std::move(message), std::move(hint));
}

void YamlSource::error(const YamlNode::Entry& at, std::string_view code, std::string message,
                       std::string hint) {
  report(this->at(at), code, std::move(message), std::move(hint));
}

void YamlSource::error(std::string_view code, std::string message, std::string hint) {
  failed_ = true;
  Diagnostic diagnostic;
  diagnostic.file = file_;
  diagnostic.code = code;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  diagnostics_.push_back(std::move(diagnostic));
}

void YamlSource::warning(const YamlNode& at, std::string_view code, std::string message,
                         std::string hint) {
  Diagnostic diagnostic = this->at(at);
  diagnostic.severity = Severity::warning;
  report(std::move(diagnostic), code, std::move(message), std::move(hint));
}

void YamlSource::report(Diagnostic diagnostic, std::string_view code, std::string message,
                        std::string hint) {
  failed_ = failed_ || diagnostic.severity == Severity::error;
  diagnostic.code = code;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  diagnostics_.push_back(std::move(diagnostic));
}

Diagnostic YamlSource::located(const Place& place) const {
  Diagnostic diagnostic;
  diagnostic.file = file_;
  diagnostic.line = place.line + lines_before_;
  const std::string line = line_of(diagnostic.line);
  // yaml-cpp counts bytes; people count characters, and so do editors.
  const std::size_t byte =
      std::min<std::size_t>(place.column - 1 + (place.line == 1 ? bytes_before_ : 0), line.size());
  diagnostic.column = 1 + width_of(std::string_view(line).substr(0, byte));
  const std::size_t end =
      byte + bytes_of_characters(std::string_view(line).substr(byte), place.length);
  // The mark moves with the text when something before it is hidden.
  const ShownLine shown = hidden_ ? ShownLine{"***", 0} : hide_secrets(line, byte);
  const std::size_t shown_end = hidden_ ? 3 : hide_secrets(line, end).mark;
  const std::string_view text = shown.text;
  diagnostic.source_line = shown.text;
  diagnostic.mark = 1 + width_of(text.substr(0, shown.mark));
  diagnostic.length = std::max(1U, width_of(text.substr(shown.mark, shown_end - shown.mark)));
  return diagnostic;
}

std::string YamlSource::line_of(std::uint32_t line) const {
  std::size_t begin = 0;
  for (std::uint32_t at = 1; at < line; ++at) {
    begin = text_.find('\n', begin);
    if (begin == std::string::npos) return {};
    ++begin;
  }
  std::string found = text_.substr(begin, text_.find('\n', begin) - begin);
  if (found.ends_with('\r')) found.pop_back();
  if (line == 1 && found.starts_with("\xef\xbb\xbf")) found.erase(0, 3);
  return found;
}

}  // namespace deltamill
