// Asks the running service for the sizes of a view's operators. Without a service, or with another
// plan there, explain shows the plan alone.
#include "service/cli/live_explain.h"

#include <fmt/format.h>

#include "service/cli/running_service.h"

namespace deltamill {

nlohmann::json live_operators(const CommonOptions& common, const std::string& view,
                              const std::string& plan) {
  try {
    RunningService service(admin_address(common).url);
    const Json explained =
        Json::parse(service.get_text("/v1/views/" + view + "/explain"), nullptr, false);
    if (!explained.is_object() || explained.value("plan", "") != plan) return nullptr;
    return explained.value("operators", Json());
  } catch (const NoAnswer&) {
    return nullptr;
  } catch (const Refused&) {
    return nullptr;
  } catch (const std::invalid_argument&) {
    return nullptr;
  }
}

std::string live_sizes_text(const nlohmann::json& operators) {
  if (!operators.is_array()) return {};
  std::string text = "sizes now\n";
  for (const Json& size : operators)
    text += fmt::format("   {}: {} rows, {:.1f} KiB{}\n", size.at("name").get<std::string>(),
                        size.at("rows").get<std::uint64_t>(),
                        static_cast<double>(size.at("bytes").get<std::uint64_t>()) / 1024,
                        size.at("shared").get<bool>() ? ", shared with other views" : "");
  return text;
}

}  // namespace deltamill
