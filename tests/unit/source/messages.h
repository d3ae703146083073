// Words for tests of the source: pgoutput messages written as a short call each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/journal/journal.h"
#include "service/journal/payload.h"
#include "service/source/pgoutput.h"

namespace deltamill::messages {

inline std::string network(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t place = bytes; place > 0; --place)
    text.push_back(static_cast<char>(value >> (8 * (place - 1)) & 0xff));
  return text;
}

inline std::string begin(std::uint64_t commit_lsn, std::uint64_t time = 7) {
  return "B" + network(commit_lsn, 8) + network(time, 8) + network(1, 4);
}

inline std::string commit(std::uint64_t commit_lsn, std::uint64_t end_lsn) {
  return "C" + network(0, 1) + network(commit_lsn, 8) + network(end_lsn, 8) + network(7, 8);
}

// Columns of type text, the first is the identity.
inline std::string relation(Oid oid, const std::vector<std::string>& columns,
                            const std::string& name = "t") {
  Relation relation{oid, "public", name, ReplicaIdentity::key, {}};
  for (const std::string& column : columns)
    relation.columns.push_back({column, 25, -1, column == columns.front()});
  return pgoutput::encode_relation(relation);
}

// "~" is NULL, "?" an unchanged value.
inline std::string tuple(const std::vector<std::string>& values) {
  std::string bytes = network(values.size(), 2);
  for (const std::string& value : values) {
    if (value == "~") {
      bytes += "n";
    } else if (value == "?") {
      bytes += "u";
    } else {
      bytes += "t" + network(value.size(), 4) + value;
    }
  }
  return bytes;
}

inline std::string insert(Oid oid, const std::vector<std::string>& row) {
  return "I" + network(oid, 4) + "N" + tuple(row);
}

inline std::string update(Oid oid, const std::vector<std::string>& row) {
  return "U" + network(oid, 4) + "N" + tuple(row);
}

inline std::string erase(Oid oid, const std::vector<std::string>& key) {
  return "D" + network(oid, 4) + "K" + tuple(key);
}

inline std::string truncate(const std::vector<Oid>& oids) {
  std::string bytes = "T" + network(oids.size(), 4) + network(0, 1);
  for (const Oid oid : oids) bytes += network(oid, 4);
  return bytes;
}

// The messages of a payload, without depending on the journal's reader.
inline std::vector<std::string> messages_of(std::string_view payload) {
  std::vector<std::string> messages;
  while (!payload.empty()) {
    std::uint32_t size = 0;
    std::memcpy(&size, payload.data(), sizeof size);
    messages.emplace_back(payload.substr(4, size));
    payload.remove_prefix(4 + size);
  }
  return messages;
}

// Their first bytes: "BRIIC".
inline std::string kinds_of(std::string_view payload) {
  std::string kinds;
  for (const std::string& message : messages_of(payload)) kinds += message.front();
  return kinds;
}

inline BlockPtr block(std::uint64_t from, std::uint64_t to, const std::vector<std::string>& content,
                      bool complete = true) {
  auto made = std::make_shared<Block>();
  made->from = Frontier(Lsn(from));
  made->to = Frontier(Lsn(to));
  made->complete = complete;
  for (const std::string& message : content) append_message(message, made->payload);
  return made;
}

}  // namespace deltamill::messages
