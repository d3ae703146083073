// The operator's routes: health, readiness, metrics, status, explain, row errors, jobs.
#pragma once

#include "service/http/message.h"
#include "service/http/site.h"

namespace deltamill {

[[nodiscard]] Response show_health(Site& site, const Call& call);     // /healthz
[[nodiscard]] Response show_readiness(Site& site, const Call& call);  // /readyz
[[nodiscard]] Response show_metrics(Site& site, const Call& call);    // /metrics
[[nodiscard]] Response show_status(Site& site, const Call& call);     // /v1/status
[[nodiscard]] Response explain_view(Site& site, const Call& call);    // /v1/views/{view}/explain
[[nodiscard]] Response show_errors(Site& site, const Call& call);     // /v1/views/{view}/errors
[[nodiscard]] Response start_rebuild(Site& site,
                                     const Call& call);             // POST /v1/views/{view}/rebuild
[[nodiscard]] Response start_verify(Site& site, const Call& call);  // POST /v1/views/{view}/verify
[[nodiscard]] Response list_jobs(Site& site, const Call& call);     // /v1/jobs
[[nodiscard]] Response show_job(Site& site, const Call& call);      // /v1/jobs/{id}
[[nodiscard]] Response cancel_job(Site& site, const Call& call);    // DELETE /v1/jobs/{id}

}  // namespace deltamill
