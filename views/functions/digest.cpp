// Computes digests (md5, sha224 … sha512) with OpenSSL, which nothing else in views/ uses.
#include "views/functions/digest.h"

#include <openssl/evp.h>

#include <array>

#include "views/data/ascii.h"

namespace deltamill {

namespace {

// Found once: looking an algorithm up costs more than the digest of a short text.
const EVP_MD* md5_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "MD5", nullptr);
  return algorithm;
}

}  // namespace

Value md5_hex(std::string_view bytes, CallContext& context) {
  constexpr std::size_t digest_bytes = 16;
  std::array<char, EVP_MAX_MD_SIZE> digest;
  if (md5_algorithm() == nullptr ||
      EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                 nullptr, md5_algorithm(), nullptr) != 1)
    return context.fail("could not compute MD5 hash: unsupported");
  auto* const hex = reinterpret_cast<char*>(context.arena.allocate(2 * digest_bytes));
  write_hex({digest.data(), digest_bytes}, hex);
  return Value::of_bytes({hex, 2 * digest_bytes});
}

}  // namespace deltamill
