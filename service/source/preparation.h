// Everything between "a url" and "may stream": identity and gap check, publication, slot, base
// chunks. Internal to service/source; its front is Source::prepare.
#pragma once

#include <stop_token>
#include <vector>

#include "service/journal/journal.h"
#include "service/source/publication.h"
#include "service/source/replication_slot.h"
#include "service/source/source_options.h"

namespace deltamill {

[[nodiscard]] SessionSettings session_settings(const SourceOptions& options, bool replication);

// Throws SourceFailed: rebuild = a gap at `frontier`, stop = a slot that is not ours to use.
void check_continuable(const SourceIdentity& stored, Frontier frontier, const ServerState& server,
                       const SlotState& slot);

class Preparation {
 public:
  Preparation(const SourceOptions& options, Journal& journal, const SourceHandlers& handlers,
              std::stop_token stop);

  Prepared run(const PrepareRequest& request);

 private:
  void begin_history(const SourceIdentity& identity);
  [[nodiscard]] Lsn create_own_slot();
  void publish(const PublicationState& publication, const TableList& tables, bool slot_is_missing);
  void withdraw(const PublicationState& publication, const TableList& tables);
  [[nodiscard]] TableList tables_to_read(const PublicationState& publication,
                                         const TableList& tables);
  std::vector<Oid> read(const TableList& tables);

  const SourceOptions& options_;
  Journal& journal_;
  const SourceHandlers& handlers_;
  std::stop_token stop_;
  SqlSession sql_;
};

}  // namespace deltamill
