// The contract of a sink: a place outside where views' results are kept, with its own frontier
// stored in the same transaction as the rows.
//
//   begin_generation(view)                a new, empty generation, invisible to readers
//   apply(generation, delta)*  activate?  within one open commit
//   commit(previous, next)                rows and frontier together, or nothing
//
// In doubt: a commit whose answer got lost is neither done nor failed until frontier() is read
// back. A commit is a compare-and-set on (instance epoch, previous frontier): FrontierMoved means
// that another instance wrote.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "views/data/delta.h"
#include "views/data/frontier.h"
#include "views/data/schema.h"

namespace deltamill {

struct IndexColumn {
  std::uint32_t column = 0;
  bool descending = false;
};

// A view as a sink keeps it.
struct SinkView {
  std::string name;
  // Hash of the plan and of what shapes the sink's tables: differs = rebuild.
  std::string definition;
  Columns columns;
  std::optional<KeyColumns> key;  // nothing = kept with multiplicities
  std::vector<std::vector<IndexColumn>> indexes;
};

// One build of a view. Numbers rise per view from 1 and are never used again.
struct Generation {
  std::uint32_t view = 0;  // offset in the views given to the sink
  std::int64_t number = 0;

  [[nodiscard]] bool operator==(const Generation&) const = default;
};

// Two rows of a view had one key at the end of a commit. The commit is abandoned; nothing was
// written.
class KeyConflict : public std::runtime_error {
 public:
  KeyConflict(std::uint32_t view_offset, const std::string& message)
      : std::runtime_error(message), view(view_offset) {}
  std::uint32_t view;
};

// The stored (epoch, frontier) is not what the commit expected.
class FrontierMoved : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The store failed (disk full, locked, lost connection).
class SinkFailed : public std::runtime_error {
 public:
  enum class Doubt : std::uint8_t { nothing_done, answer_lost };

  SinkFailed(const std::string& message, bool may_retry, Doubt doubt = Doubt::nothing_done)
      : std::runtime_error(message), retryable(may_retry), in_doubt(doubt == Doubt::answer_lost) {}

  // Whether trying the same commit again is known to help.
  bool retryable;
  // The commit may have happened: only what the store holds now tells.
  bool in_doubt;
};

class Sink {
 public:
  virtual ~Sink() = default;

  // The stored frontier, read from the store; Frontier() when it holds nothing yet.
  [[nodiscard]] virtual Frontier frontier() = 0;

  // The generation that readers see, if it was built by the view's present definition; else
  // nothing.
  [[nodiscard]] virtual std::optional<Generation> current(std::uint32_t view) = 0;

  // Readers see rows of the view's present definition, following or not.
  [[nodiscard]] virtual bool readable(std::uint32_t view) = 0;

  // A new empty generation. Generations left unfinished by an earlier process are dropped on
  // opening.
  [[nodiscard]] virtual Generation begin_generation(std::uint32_t view) = 0;

  // Writes a consolidated delta into the open commit (opened by the first call). May be called
  // several times per commit for one generation (slices of a large transaction): only the sum must
  // make sense. Throws KeyConflict at the latest from commit().
  virtual void apply(Generation generation, const Delta& delta) = 0;

  // Fills a generation that nobody reads yet; rows arrive as in apply(). Indexes may be built at
  // activation.
  virtual void load(Generation generation, const Delta& delta) = 0;

  // Of the rows that the generation should have, `change` more have no result (division by zero and
  // kin): part of the open commit, as rows are.
  virtual void add_error_rows(Generation generation, std::int64_t change) = 0;

  // Makes the generation current at the open commit; the previous one is kept according to the
  // sink's options.
  virtual void activate(Generation generation) = 0;

  // The view stops following: its current generation keeps its rows at the present frontier,
  // readers still see it, and current() gives nothing for the view until another generation is
  // activated. REQUIRES: nothing is open.
  virtual void freeze(std::uint32_t view) = 0;

  // Drops a generation's rows (a cancelled build).
  virtual void drop(Generation generation) = 0;

  // Commits what is open together with the frontier. `previous` == `next` is allowed (slices of a
  // build). ENSURES: on return rows and frontier are in the store; on KeyConflict, FrontierMoved or
  // SinkFailed neither is, unless the answer got lost, which frontier() tells.
  virtual void commit(Frontier previous, Frontier next) = 0;

  // Throws away what is open.
  virtual void abandon() = 0;

  // After a failure or a FrontierMoved: looks again at where the store is, connects anew if that is
  // gone or another one stands there, and takes over what it holds now. True = it is not the store
  // that was written before, perhaps an older copy of it. REQUIRES: nothing is open.
  [[nodiscard]] virtual bool reopen() = 0;

  // Called between commits, when nothing is open: the moment for upkeep. `idle`: nothing waits.
  virtual void rest(bool idle) = 0;
};

}  // namespace deltamill
