// Reads files of the time zone database (tzloadbody() of PostgreSQL's localtime.c). A file is a
// block with 32-bit times and, from version 2 on, one with 64-bit times and a line with the rules
// that go on after its last change. A block is
//
//   "TZif" version[1] reserved[15] counts[6 x 4]: UT flags, standard flags, leap seconds, changes,
//                                                 local times, letters of abbreviations
//   changes x time | changes x local time[1] | local times x (offset[4] saving[1] letters[1])
//   letters | leap seconds x (time, correction[4]) | standard flags[1] | UT flags[1]
#include "views/data/zone_file.h"

#include <string>

#include "views/data/posix_zone.h"

namespace deltamill {

namespace {

// PostgreSQL adds the rules after the last change only while the letters of all abbreviations fit.
constexpr std::size_t letters_max = 50;
constexpr std::size_t local_times_max = 256;

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::optional<ZoneTable> read() {
    const std::optional<Header> first = read_header();
    if (!first) return std::nullopt;
    if (first->version == '\0') return read_block(*first, 4);
    if (!skip(body_size(*first, 4))) return std::nullopt;
    const std::optional<Header> second = read_header();
    if (!second) return std::nullopt;
    std::optional<ZoneTable> table = read_block(*second, 8);
    if (table) extend(*table);
    return table;
  }

 private:
  struct Header {
    char version = '\0';
    std::size_t ut_flags = 0;
    std::size_t standard_flags = 0;
    std::size_t leap_seconds = 0;
    std::size_t changes = 0;
    std::size_t local_times = 0;
    std::size_t letters = 0;
  };

  static std::size_t body_size(const Header& header, std::size_t time_size) {
    return header.changes * (time_size + 1) + header.local_times * 6 + header.letters +
           header.leap_seconds * (time_size + 4) + header.standard_flags + header.ut_flags;
  }

  bool skip(std::size_t size) {
    if (size > bytes_.size()) return false;
    bytes_.remove_prefix(size);
    return true;
  }

  // A big-endian integer with a sign. REQUIRES: that many bytes are left.
  std::int64_t read_integer(std::size_t size) {
    std::uint64_t integer = (bytes_.front() & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (const char byte : bytes_.substr(0, size))
      integer = integer << 8 | static_cast<unsigned char>(byte);
    bytes_.remove_prefix(size);
    return static_cast<std::int64_t>(integer);
  }

  std::optional<Header> read_header() {
    constexpr std::string_view magic = "TZif";
    constexpr std::size_t counts_offset = 20;
    if (bytes_.size() < counts_offset + 24 || !bytes_.starts_with(magic)) return std::nullopt;
    Header header;
    header.version = bytes_[magic.size()];
    bytes_.remove_prefix(counts_offset);
    for (std::size_t* const count : {&header.ut_flags, &header.standard_flags, &header.leap_seconds,
                                     &header.changes, &header.local_times, &header.letters}) {
      const std::int64_t read = read_integer(4);
      if (read < 0 || read > static_cast<std::int64_t>(zone_changes_max)) return std::nullopt;
      *count = static_cast<std::size_t>(read);
    }
    if (header.local_times == 0 || header.local_times > local_times_max) return std::nullopt;
    return header;
  }

  std::optional<ZoneTable> read_block(const Header& header, std::size_t time_size) {
    if (header.leap_seconds != 0 || bytes_.size() < body_size(header, time_size))
      return std::nullopt;
    ZoneTable table;
    for (std::size_t i = 0; i < header.changes; ++i)
      table.changes.push_back(read_integer(time_size));
    for (std::size_t i = 0; i < header.changes; ++i) {
      table.after.push_back(static_cast<std::uint8_t>(read_integer(1)));
      if (table.after.back() >= header.local_times) return std::nullopt;
    }
    for (std::size_t i = 0; i < header.local_times; ++i) {
      LocalTime local;
      local.offset = static_cast<std::int32_t>(read_integer(4));
      local.daylight_saving = read_integer(1) != 0;
      local.abbreviation = static_cast<std::uint8_t>(read_integer(1));
      if (local.abbreviation >= header.letters) return std::nullopt;
      table.local_times.push_back(local);
    }
    table.abbreviations = bytes_.substr(0, header.letters);
    if (!table.abbreviations.ends_with('\0')) table.abbreviations += '\0';
    skip(header.letters + header.standard_flags + header.ut_flags);
    for (std::size_t i = 1; i < table.changes.size(); ++i)
      if (table.changes[i - 1] >= table.changes[i]) return std::nullopt;
    return table;
  }

  // Gives the local times of the rules their letters in the table: those of an equal abbreviation,
  // also the end of a longer one, or new ones. False = they do not fit.
  static bool take_letters(const ZoneTable& rules, std::vector<LocalTime>& local_times,
                           std::string& letters) {
    for (LocalTime& local : local_times) {
      const std::string abbreviation(rules.abbreviations.c_str() + local.abbreviation);
      const std::string ended = abbreviation + '\0';
      std::size_t at = letters.find(ended);
      if (at == std::string::npos) {
        at = letters.size();
        if (at + abbreviation.size() >= letters_max) return false;
        letters += ended;
      }
      local.abbreviation = at;
    }
    return true;
  }

  // Adds the changes of the last line's rules that come after those of the block.
  void extend(ZoneTable& table) {
    if (bytes_.size() <= 2 || bytes_.front() != '\n' || bytes_.back() != '\n') return;
    const auto rules = parse_posix_zone(bytes_.substr(1, bytes_.size() - 2));
    if (!rules || table.local_times.size() + 2 > local_times_max) return;
    std::vector<LocalTime> local_times = rules->local_times;
    std::string letters = table.abbreviations;
    if (!take_letters(*rules, local_times, letters)) return;
    table.abbreviations = letters;
    while (table.after.size() > 1 && table.after.back() == table.after[table.after.size() - 2]) {
      table.after.pop_back();
      table.changes.pop_back();
    }
    const std::size_t own_local_times = table.local_times.size();
    for (std::size_t i = 0; i < rules->changes.size(); ++i) {
      if (!table.changes.empty() && table.changes.back() >= rules->changes[i]) continue;
      if (table.changes.size() >= zone_changes_max) break;
      table.changes.push_back(rules->changes[i]);
      table.after.push_back(static_cast<std::uint8_t>(own_local_times + rules->after[i]));
    }
    table.local_times.insert(table.local_times.end(), local_times.begin(), local_times.end());
  }

  std::string_view bytes_;
};

}  // namespace

std::optional<ZoneTable> read_zone_file(std::string_view bytes) {
  return Reader(bytes).read();
}

}  // namespace deltamill
