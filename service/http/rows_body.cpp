// The body of an answer of rows, made piece by piece; each piece has the query timeout ahead of it,
// not the whole.
#include "service/http/rows_body.h"

#include <stdexcept>
#include <utility>

#include "service/http/deadline.h"

namespace deltamill {

RowsBody::RowsBody(Site& site, const QueriedView& view, std::shared_ptr<const RowsRequest> request,
                   Reading reading)
    : site_(site),
      request_(std::move(request)),
      reading_(std::move(reading)),
      rows_(reading_.snapshot(),
            rows_sql(view, request_->query, reading_.table(), bounds_of(view, *request_))),
      writer_(request_->format, view, request_->query.select),
      reader_(view, *request_, rows_),
      give_up_(deadline_of(site.options().large_answer_timeout)) {}

std::optional<Page> RowsBody::begin(std::string& body) {
  writer_.begin(body);
  more_ = reader_.read(writer_, whole_bytes_max, body);
  if (!more_) {
    writer_.end(body);
    return reader_.page();
  }
  permit_ = site_.permit_large_answer();
  if (permit_ == nullptr) return std::nullopt;
  return reader_.look_ahead();
}

BodyPiece RowsBody::next() {
  if (!more_) return EndOfBody{};
  if (std::chrono::steady_clock::now() > give_up_)
    throw std::runtime_error("its client took longer for it than " +
                             std::to_string(site_.options().large_answer_timeout.count()) + " ms");
  reading_.snapshot().extend(deadline_of(site_.options().query_timeout));
  std::string piece;
  more_ = reader_.read(writer_, piece_bytes_max, piece);
  if (!more_) writer_.end(piece);
  return piece;
}

}  // namespace deltamill
