// Questions about settings that were read: the store's name and path, whether an address is local.
#include "service/configuration/settings.h"

#include <algorithm>
#include <array>

namespace deltamill {

namespace {

const SinkSettings& store_of(const Settings& settings) {
  return *std::ranges::find_if(settings.sinks, [](const SinkSettings& sink) {
    return std::holds_alternative<SqliteSettings>(sink.options);
  });
}

}  // namespace

std::string_view SinkSettings::type() const {
  // In the order of the alternatives of `options`.
  constexpr std::array<std::string_view, std::variant_size_v<decltype(options)>> names = {"sqlite",
                                                                                          "feed"};
  return names[options.index()];
}

const SinkSettings* Settings::find_sink(std::string_view name) const {
  const auto found = std::ranges::find(sinks, name, &SinkSettings::name);
  return found == sinks.end() ? nullptr : &*found;
}

const std::string& Settings::store_name() const {
  return store_of(*this).name;
}

const std::filesystem::path& Settings::store_path() const {
  return std::get<SqliteSettings>(store_of(*this).options).path;
}

bool listens_locally(std::string_view listen) {
  if (listen == "off" || listen.starts_with("unix:")) return true;
  const std::string_view address = listen.substr(0, listen.rfind(':'));
  // A name that only looks like a loopback address may be anything.
  const bool numeric = address.find_first_not_of("0123456789.") == std::string_view::npos;
  return (numeric && address.starts_with("127.")) || address == "localhost" || address == "[::1]";
}

}  // namespace deltamill
