// Decoder and encoder of pgoutput messages (manual: "Logical Replication Message Formats"), in the
// order of the manual's fields. The hot path is tuple(): one pass, no allocation per message. What
// comes from the network is not believed: every length is checked against what is left before it is
// used or allocated for.
#include "service/source/pgoutput.h"

#include <cstring>

#include "views/data/big_endian.h"

namespace deltamill {

namespace {

std::string described(char message, std::size_t offset, const std::string& reason) {
  const bool printable = message >= ' ' && message <= '~';
  const std::string name = printable
                               ? std::string(1, message)
                               : "byte " + std::to_string(static_cast<unsigned char>(message));
  return "cannot decode pgoutput message '" + name + "' at byte " + std::to_string(offset) + ": " +
         reason;
}

}  // namespace

MalformedMessage::MalformedMessage(char message, std::size_t offset, const std::string& reason)
    : std::runtime_error(described(message, offset, reason)), message_(message), offset_(offset) {}

namespace pgoutput {
namespace {

// Reads forward through one message; the first byte is already known.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes)
      : begin_(bytes.data()), next_(bytes.data() + 1), end_(bytes.data() + bytes.size()) {}

  [[noreturn]] void fail(const std::string& reason) const {
    throw MalformedMessage(*begin_, static_cast<std::size_t>(next_ - begin_), reason);
  }

  template <typename Integer>
  Integer integer() {
    if (left() < sizeof(Integer)) fail("it ends too early");
    const Integer value = read_big_endian<Integer>(next_);
    next_ += sizeof(Integer);
    return value;
  }
  char byte() { return static_cast<char>(integer<std::uint8_t>()); }
  Lsn lsn() { return Lsn(integer<std::uint64_t>()); }
  std::int64_t time() { return static_cast<std::int64_t>(integer<std::uint64_t>()); }

  std::string_view string() {
    // Bounded by what is left: a string without its zero is an error, not a read beyond.
    const void* const zero = std::memchr(next_, 0, left());
    if (zero == nullptr) fail("a string has no end");
    const std::string_view text(next_,
                                static_cast<std::size_t>(static_cast<const char*>(zero) - next_));
    next_ += text.size() + 1;
    return text;
  }

  std::string_view bytes(std::size_t count) {
    if (left() < count) fail("it ends too early");
    const std::string_view view(next_, count);
    next_ += count;
    return view;
  }

  // Fields are appended, and point into the message.
  TupleRange tuple(std::vector<Field>& fields) {
    const auto count = integer<std::uint16_t>();
    // Before memory is taken: a field has at least one byte, so a made-up count cannot ask for more
    // than the message is long.
    if (left() < count) fail("a tuple ends too early");
    const TupleRange range{static_cast<std::uint32_t>(fields.size()), count};
    // Fields are filled in place. Callers that keep pointers to earlier ones reserve (TupleFields).
    fields.resize(fields.size() + count);
    Field* field = fields.data() + range.first;
    for (Field* const last = field + count; field != last; ++field) read_field(*field);
    return range;
  }

  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - next_); }
  void finish() const {
    if (next_ != end_) fail(std::to_string(left()) + " bytes are left over");
  }

 private:
  void read_field(Field& field) {
    if (next_ == end_) fail("a tuple ends too early");
    const char kind = *next_++;
    // The value as PostgreSQL's output function wrote it; it stays where it is, in the message.
    if (kind == 't') [[likely]] {
      field.length = integer<std::uint32_t>();
      if (left() < field.length) fail("a value ends too early");
      field.data = next_;
      field.kind = Field::Kind::text;
      next_ += field.length;
    } else if (kind == 'u') {
      // A TOASTed value that the update did not touch is not sent, under any replica identity
      // (POSTGRES P01). It is known from our own copy of the row.
      field.kind = Field::Kind::unchanged;
    } else if (kind != 'n') {
      // NULL is what a field is to begin with, so 'n' needs nothing. Binary values only come when
      // the `binary` option asks for them.
      fail(kind == 'b' ? "a value is in binary form, which was not asked for"
                       : "unknown kind of field");
    }
  }

  const char* begin_;
  const char* next_;
  const char* end_;
};

Insert read_insert(Cursor& cursor, std::vector<Field>& fields) {
  Insert insert;
  insert.relation = cursor.integer<std::uint32_t>();
  if (cursor.byte() != 'N') cursor.fail("an insert without new tuple");
  insert.new_tuple = cursor.tuple(fields);
  return insert;
}

// The old tuple is there only if the key changed ('K', whose columns outside the key are sent as
// NULL and mean nothing: POSTGRES P03) or under REPLICA IDENTITY FULL ('O'). Otherwise our own
// arrangement of the table knows the old row.
Update read_update(Cursor& cursor, std::vector<Field>& fields) {
  Update update;
  update.relation = cursor.integer<std::uint32_t>();
  char part = cursor.byte();
  if (part == 'K' || part == 'O') {
    update.old_kind = part == 'K' ? OldTuple::key : OldTuple::full;
    update.old_tuple = cursor.tuple(fields);
    part = cursor.byte();
  }
  if (part != 'N') cursor.fail("an update without new tuple");
  update.new_tuple = cursor.tuple(fields);
  return update;
}

// Without any old tuple the server refuses the DELETE itself (POSTGRES P05), so its absence is an
// error here. With 'K' only the key columns are the row's.
Delete read_delete(Cursor& cursor, std::vector<Field>& fields) {
  Delete erased;
  erased.relation = cursor.integer<std::uint32_t>();
  const char part = cursor.byte();
  if (part != 'K' && part != 'O') cursor.fail("a delete without old tuple");
  erased.old_kind = part == 'K' ? OldTuple::key : OldTuple::full;
  erased.old_tuple = cursor.tuple(fields);
  return erased;
}

Begin read_begin(Cursor& cursor) {
  Begin begin;
  // Known at the begin already: without streaming (protocol version 2) a transaction is sent only
  // once it has committed. It is what transactions are ordered and dropped by.
  begin.commit_lsn = cursor.lsn();
  begin.commit_time = cursor.time();
  begin.xid = cursor.integer<std::uint32_t>();
  return begin;
}

Commit read_commit(Cursor& cursor) {
  if (cursor.byte() != 0) cursor.fail("unknown flags of a commit");
  Commit commit;
  commit.commit_lsn = cursor.lsn();
  commit.end_lsn = cursor.lsn();
  commit.commit_time = cursor.time();
  // What frontiers rest on: the end of one commit is where the next may begin. An end at or before
  // the commit would make the frontier stand still and the transaction come twice.
  if (commit.end_lsn <= commit.commit_lsn) cursor.fail("a commit ends before it begins");
  return commit;
}

ReplicaIdentity read_identity(Cursor& cursor) {
  switch (const char code = cursor.byte()) {
    case 'd':
    case 'n':
    case 'f':
    case 'i': return static_cast<ReplicaIdentity>(code);
    default: cursor.fail("unknown replica identity");
  }
}

Relation read_relation(Cursor& cursor) {
  Relation relation;
  relation.oid = cursor.integer<std::uint32_t>();
  relation.schema = cursor.string();
  if (relation.schema.empty()) relation.schema = "pg_catalog";  // as the protocol abbreviates it
  relation.name = cursor.string();
  relation.identity = read_identity(cursor);
  const auto count = cursor.integer<std::uint16_t>();
  // Flags, an empty name, type and modifier: no column is shorter than ten bytes.
  if (cursor.left() / 10 < count) cursor.fail("it ends too early");
  relation.columns.resize(count);
  for (RelationColumn& column : relation.columns) {
    // 1 = the column is part of the replica identity, which need not be the primary key (POSTGRES
    // P07). All columns are flagged under FULL.
    const char flags = cursor.byte();
    if (flags != 0 && flags != 1) cursor.fail("unknown flags of a column");
    column.identity = flags == 1;
    column.name = cursor.string();
    column.type = cursor.integer<std::uint32_t>();
    column.modifier = static_cast<std::int32_t>(cursor.integer<std::uint32_t>());
  }
  return relation;
}

Truncate read_truncate(Cursor& cursor) {
  const auto count = cursor.integer<std::uint32_t>();
  // 1 = CASCADE, 2 = RESTART IDENTITY. The relations that CASCADE reached are in the list.
  const char options = cursor.byte();
  if ((options & ~3) != 0) cursor.fail("unknown options of a truncate");
  // Exactly, before memory is taken: the relations are all that follows.
  if (cursor.left() != std::size_t{count} * 4)
    cursor.fail("a truncate of another number of relations");
  Truncate truncate{(options & 1) != 0, (options & 2) != 0, std::vector<Oid>(count)};
  for (Oid& oid : truncate.relations) oid = cursor.integer<std::uint32_t>();
  return truncate;
}

LogicalMessage read_logical_message(Cursor& cursor) {
  LogicalMessage message;
  const char flags = cursor.byte();
  if (flags != 0 && flags != 1) cursor.fail("unknown flags of a message");
  message.transactional = flags == 1;
  message.lsn = cursor.lsn();
  message.prefix = cursor.string();
  const auto length = cursor.integer<std::uint32_t>();
  message.content = cursor.bytes(length);
  return message;
}

TypeName read_type(Cursor& cursor) {
  TypeName type;
  type.oid = cursor.integer<std::uint32_t>();
  type.schema = cursor.string();
  if (type.schema.empty()) type.schema = "pg_catalog";
  type.name = cursor.string();
  return type;
}

Origin read_origin(Cursor& cursor) {
  Origin origin;
  origin.commit_lsn = cursor.lsn();
  origin.name = cursor.string();
  return origin;
}

// Version 1 as it is asked for at START_REPLICATION: streamed transactions ('S', 'E', 'c', 'A') and
// two-phase ones ('b', 'P', 'K', 'r') belong to later versions and options.
Message read(char kind, Cursor& cursor, std::vector<Field>& fields) {
  switch (kind) {
    case 'I': return read_insert(cursor, fields);
    case 'U': return read_update(cursor, fields);
    case 'D': return read_delete(cursor, fields);
    case 'B': return read_begin(cursor);
    case 'C': return read_commit(cursor);
    case 'R': return read_relation(cursor);
    case 'T': return read_truncate(cursor);
    case 'Y': return read_type(cursor);
    case 'O': return read_origin(cursor);
    case 'M': return read_logical_message(cursor);
    default: cursor.fail("no message of protocol version 1");
  }
}

void append_string(std::string_view text, std::string& target) {
  target.append(text);
  target.push_back('\0');
}

}  // namespace

Message decode(std::string_view bytes, std::vector<Field>& fields) {
  if (bytes.empty()) throw MalformedMessage(0, 0, "it is empty");
  Cursor cursor(bytes);
  Message message = read(bytes.front(), cursor, fields);
  cursor.finish();
  return message;
}

// Insert, update and delete all have the relation right behind their first byte.
Oid relation_of_change(std::string_view bytes) {
  if (bytes.size() < 5)
    throw MalformedMessage(bytes.empty() ? '\0' : bytes.front(), bytes.size(), "it ends too early");
  return read_big_endian<std::uint32_t>(bytes.data() + 1);
}

// Base chunks name their table as the stream does, byte for byte: so whoever reads rows of a base
// and then of transactions sees one shape, unless it did change.
std::string encode_relation(const Relation& relation) {
  std::string bytes = "R";
  append_big_endian(relation.oid, bytes);
  append_string(relation.schema == "pg_catalog" ? "" : relation.schema, bytes);
  append_string(relation.name, bytes);
  bytes.push_back(static_cast<char>(relation.identity));
  append_big_endian(static_cast<std::uint16_t>(relation.columns.size()), bytes);
  for (const RelationColumn& column : relation.columns) {
    bytes.push_back(column.identity ? '\1' : '\0');
    append_string(column.name, bytes);
    append_big_endian(column.type, bytes);
    append_big_endian(static_cast<std::uint32_t>(column.modifier), bytes);
  }
  return bytes;
}

}  // namespace pgoutput
}  // namespace deltamill
