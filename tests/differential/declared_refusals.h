// What Deltamill says it does not support although PostgreSQL does. A refusal that is not declared
// here fails the differential test.
#pragma once

#include <string>

namespace deltamill {

// `message`: of the diagnostic with which a view was refused.
[[nodiscard]] bool is_declared_refusal(const std::string& message);

}  // namespace deltamill
