// The head of an answer as bytes, and the id that it carries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "service/http/message.h"

namespace deltamill {

// How the client learns where the body ends.
enum class Framing : std::uint8_t {
  no_body,       // 204, 304
  length,        // Content-Length
  chunks,        // Transfer-Encoding: chunked
  closed_after,  // HTTP/1.0: by the end of the connection
};

[[nodiscard]] Framing framing_of(const Response& response, bool takes_chunks);

[[nodiscard]] std::string response_head(const Response& response, Framing framing,
                                        std::string_view request_id, bool keep_alive);

// Appends a piece of a body; an empty one is none.
void append_piece(std::string_view piece, Framing framing, std::string& bytes);
// Appends what ends a body in pieces.
void append_end(Framing framing, std::string& bytes);

[[nodiscard]] std::string make_request_id();
// The client's id if it is harmless in a header and in a trace event, else one of ours.
[[nodiscard]] std::string request_id_of(const Request& request);

}  // namespace deltamill
