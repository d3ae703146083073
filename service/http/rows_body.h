// The rows of an answer: made at once as long as they are few bytes, else while they are sent.
//
// A large answer stays in its snapshot, so that all of it is of one frontier. It holds a connection
// to the store, no thread, and keeps the store's write-ahead log from being emptied: hence as many
// as SiteOptions says, for as long as it says.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "service/http/body_stream.h"
#include "service/http/page_reader.h"
#include "service/http/reading.h"
#include "service/http/row_writer.h"
#include "service/http/rows_request.h"

namespace deltamill {

inline constexpr std::size_t whole_bytes_max = 512 << 10;  // made at once up to here
inline constexpr std::size_t piece_bytes_max = 128 << 10;  // and one row

class RowsBody final : public BodyStream {
 public:
  // The site and the view outlive it.
  RowsBody(Site& site, const QueriedView& view, std::shared_ptr<const RowsRequest> request,
           Reading reading);

  // Appends what is made at once and tells what the whole page is, since the head of the answer
  // does. Nothing = the answer is large, and as many as may be are open already.
  [[nodiscard]] std::optional<Page> begin(std::string& body);
  // True = begin() made all of it.
  [[nodiscard]] bool whole() const { return !more_; }

  [[nodiscard]] BodyPiece next() override;

 private:
  Site& site_;
  std::shared_ptr<const RowsRequest> request_;
  Permit permit_;  // of a large answer
  Reading reading_;
  BoundStatement rows_;
  RowWriter writer_;
  PageReader reader_;
  bool more_ = true;
  std::chrono::steady_clock::time_point give_up_;
};

}  // namespace deltamill
