// Base chunks as batches of inserts.
#include "service/pipeline/base_rows.h"

#include <catch2/catch.hpp>

#include "service/journal/payload.h"
#include "service/source/pgoutput.h"
#include "tests/unit/source/messages.h"

namespace deltamill {

namespace {

using namespace messages;

BaseChunk chunk_of(const std::vector<std::string>& messages) {
  BaseChunk chunk;
  chunk.table = 1;
  for (const std::string& message : messages) append_message(message, chunk.payload);
  return chunk;
}

std::vector<std::string> batches_of(const BaseChunk& chunk, std::size_t changes_max) {
  std::vector<std::string> batches;
  decode_base_chunk(chunk, changes_max, [&](const Batch& batch) {
    std::string& text = batches.emplace_back();
    for (const Change& change : batch.changes) {
      text += batch.relations.at(change.relation)->name;
      for (std::uint32_t column = 0; column < change.new_tuple.count; ++column)
        text += " " + std::string(change.new_tuple.fields[column].text());
      text += ";";
    }
  });
  return batches;
}

}  // namespace

TEST_CASE("a base chunk comes in batches of a bounded size") {
  const BaseChunk chunk = chunk_of({relation(1, {"a", "b"}), insert(1, {"1", "x"}),
                                    insert(1, {"2", "y"}), insert(1, {"3", "z"})});
  CHECK(batches_of(chunk, 2) == std::vector<std::string>{"t 1 x;t 2 y;", "t 3 z;"});
}

TEST_CASE("a base row with another number of columns than its table is refused") {
  const BaseChunk chunk = chunk_of({relation(1, {"a", "b"}), insert(1, {"1"})});
  CHECK_THROWS_AS(batches_of(chunk, 2), MalformedMessage);
}

TEST_CASE("a torn base chunk is refused") {
  BaseChunk chunk = chunk_of({relation(1, {"a"}), insert(1, {"1"})});
  chunk.payload.pop_back();
  CHECK_THROWS_AS(batches_of(chunk, 2), TornPayload);
}

}  // namespace deltamill
