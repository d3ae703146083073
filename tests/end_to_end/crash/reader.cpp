// Reads all the time and notes every answer that goes back. The service is found by run.json, as it
// is another process each time.
#include "tests/end_to_end/crash/reader.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "service/http/client.h"
#include "tests/support/temporary_directory.h"

namespace deltamill {

namespace {

std::uint64_t position_of(const std::string& lsn) {
  const std::size_t slash = lsn.find('/');
  return std::stoull(lsn.substr(0, slash), nullptr, 16) << 32 |
         std::stoull(lsn.substr(slash + 1), nullptr, 16);
}

}  // namespace

Reader::Reader(const ProjectDirectory& project, std::int64_t total)
    : project_(project), total_(total), thread_([this] { read(); }) {}

Reader::~Reader() {
  (void)finish();
}

std::string Reader::finish() {
  ended_ = true;
  if (thread_.joinable()) thread_.join();
  return problem_;
}

void Reader::read() {
  while (!ended_ && problem_.empty()) {
    try {
      if (read_once()) continue;
    } catch (const NoAnswer&) {
      // It was just killed, or is not there yet.
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

bool Reader::read_once() {
  const nlohmann::json run =
      nlohmann::json::parse(read_file(project_.state() / "run.json"), nullptr, false);
  if (!run.is_object()) return false;
  const Response answer = HttpClient(run.at("public").get<std::string>()).get("/v1/views/balances");
  if (answer.status != 200) return false;
  const std::uint64_t position = position_of(header_of(answer, "Deltamill-Lsn").value_or("0/0"));
  if (position < position_) problem_ = "an answer went back to an earlier position";
  position_ = position;
  std::int64_t sum = 0;
  for (const nlohmann::json& account : nlohmann::json::parse(answer.body))
    sum += account.at("balance").get<std::int64_t>();
  if (sum != total_)
    problem_ += "the balances of one answer add up to " + std::to_string(sum) + ", not " +
                std::to_string(total_);
  ++answers_;
  return true;
}

}  // namespace deltamill
