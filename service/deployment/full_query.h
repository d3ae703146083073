// A view's query as PostgreSQL can run it: the views of the project that it reads become CTEs in
// front of it.
#pragma once

#include <string>

#include "service/deployment/deployment.h"

namespace deltamill {

// The text for describing, verifying and oracles. Views come in dependency order, so each CTE sees
// the ones before.
[[nodiscard]] std::string full_query(const DeployedView& view, const Deployment& deployment);

}  // namespace deltamill
