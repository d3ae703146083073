// Calls libpg_query. Two of its properties shape this file: it has no stack guard, so that it runs
// on a thread with a large stack over bounded text, and it trips over comments between look-ahead
// keywords, so that they are blanked first (positions stay). Its memory belongs to the thread and
// goes with it: pg_query_exit() would free it twice.
#include "views/sql/parse.h"

#include <pg_query.h>
#include <pthread.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <string_view>

#include "views/data/check.h"
#include "views/data/utf8.h"
#include "views/sql/translate.h"

namespace deltamill {

namespace {

// A chain of operators as long as the text may be needs about 130 MB (measured); the memory is
// virtual.
constexpr std::size_t parser_stack_bytes = std::size_t{256} << 20;

struct Scan {
  PgQueryScanResult result;
  explicit Scan(const std::string& text) : result(pg_query_scan(text.c_str())) {}
  Scan(const Scan&) = delete;
  Scan& operator=(const Scan&) = delete;
  ~Scan() { pg_query_free_scan_result(result); }
};

struct Parse {
  PgQueryProtobufParseResult result;
  explicit Parse(const std::string& text) : result(pg_query_parse_protobuf(text.c_str())) {}
  Parse(const Parse&) = delete;
  Parse& operator=(const Parse&) = delete;
  ~Parse() { pg_query_free_protobuf_parse_result(result); }
};

// The parser's cursor counts characters from 1; 0 = it has none.
Position byte_position(std::string_view text, int cursor) {
  const auto characters = static_cast<std::size_t>(std::max(cursor - 1, 0));
  return static_cast<Position>(bytes_of_characters(text, characters));
}

[[noreturn]] void reject_syntax(const std::string& text, const PgQueryError& error) {
  std::string hint;
  const std::string message = error.message == nullptr ? "syntax error" : error.message;
  if (message == "syntax error at end of input") hint = "the statement is incomplete";
  reject("syntax", byte_position(text, error.cursorpos), message, hint);
}

const std::uint8_t* bytes_of(const PgQueryProtobuf& buffer) {
  return reinterpret_cast<const std::uint8_t*>(buffer.data);
}

std::vector<Token> tokens_of(const std::string& text) {
  const Scan scan(text);
  if (scan.result.error != nullptr) reject_syntax(text, *scan.result.error);
  const std::unique_ptr<PgQuery__ScanResult, void (*)(PgQuery__ScanResult*)> unpacked(
      pg_query__scan_result__unpack(nullptr, scan.result.pbuf.len, bytes_of(scan.result.pbuf)),
      [](PgQuery__ScanResult* tokens) { pg_query__scan_result__free_unpacked(tokens, nullptr); });
  DM_CHECK(unpacked != nullptr, "libpg_query returns a readable scan");
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < unpacked->n_tokens; ++i) {
    const PgQuery__ScanToken& token = *unpacked->tokens[i];
    const bool comment =
        token.token == PG_QUERY__TOKEN__SQL_COMMENT || token.token == PG_QUERY__TOKEN__C_COMMENT;
    tokens.push_back({static_cast<Position>(token.start), static_cast<Position>(token.end), comment,
                      token.keyword_kind != PG_QUERY__KEYWORD_KIND__NO_KEYWORD});
  }
  return tokens;
}

// Blanked, not removed: positions in the tree are then positions in the file.
std::string without_comments(std::string text, const std::vector<Token>& tokens) {
  for (const Token& token : tokens) {
    if (!token.comment) continue;
    for (Position i = token.begin; i < token.end; ++i)
      if (text[i] != '\n' && text[i] != '\r') text[i] = ' ';
  }
  return text;
}

void parse_into(const std::string& text, ParsedFile& file) {
  if (text.size() > view_text_bytes_max)
    reject("syntax", 0, "the file is larger than 128 KiB", "split the query over several views");
  // libpg_query takes a C string: what stands behind a zero byte would be ignored silently.
  if (text.find('\0') != std::string::npos)
    reject("syntax", static_cast<Position>(text.find('\0')), "the file holds a zero byte");
  const std::vector<Token> tokens = tokens_of(text);
  const std::string blanked = without_comments(text, tokens);
  const Parse parse(blanked);
  if (parse.result.error != nullptr) reject_syntax(blanked, *parse.result.error);
  const PgQueryProtobuf& buffer = parse.result.parse_tree;
  const std::unique_ptr<PgQuery__ParseResult, void (*)(PgQuery__ParseResult*)> tree(
      pg_query__parse_result__unpack(nullptr, buffer.len, bytes_of(buffer)),
      [](PgQuery__ParseResult* result) { pg_query__parse_result__free_unpacked(result, nullptr); });
  DM_CHECK(tree != nullptr, "libpg_query returns a readable tree");
  Translator translator(text, tokens);
  file.statements = translator.statements(*tree);
  file.rejections = translator.rejections();
}

struct Work {
  const std::string& text;
  ParsedFile file;
  std::exception_ptr failure;
};

// Nothing may leave the thread's function: an exception there ends the process.
void* run_work(void* argument) {
  auto& work = *static_cast<Work*>(argument);
  try {
    parse_into(work.text, work.file);
  } catch (const Rejection& rejection) {
    work.file.rejections.push_back(rejection);
  } catch (...) {
    work.failure = std::current_exception();
  }
  return nullptr;
}

}  // namespace

ParsedFile parse_file(const std::string& text) {
  Work work{text, {}, nullptr};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, parser_stack_bytes);
  pthread_t thread{};
  const int failed = pthread_create(&thread, &attributes, run_work, &work);
  pthread_attr_destroy(&attributes);
  DM_CHECK(failed == 0, "a thread with a large stack can be started");
  pthread_join(thread, nullptr);
  if (work.failure) std::rethrow_exception(work.failure);
  return std::move(work.file);
}

}  // namespace deltamill
