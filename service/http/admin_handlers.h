// The operator's routes: health, readiness, metrics, status, explain, row errors, jobs.
#pragma once

#include "service/http/answer.h"
#include "service/http/site.h"

namespace deltamill {

[[nodiscard]] Answer show_health(Site& site, const Call& call);     // /healthz
[[nodiscard]] Answer show_readiness(Site& site, const Call& call);  // /readyz
[[nodiscard]] Answer show_metrics(Site& site, const Call& call);    // /metrics
[[nodiscard]] Answer show_status(Site& site, const Call& call);     // /v1/status
[[nodiscard]] Answer explain_view(Site& site, const Call& call);    // /v1/views/{view}/explain
[[nodiscard]] Answer show_errors(Site& site, const Call& call);     // /v1/views/{view}/errors
[[nodiscard]] Answer start_rebuild(Site& site,
                                   const Call& call);             // POST /v1/views/{view}/rebuild
[[nodiscard]] Answer start_verify(Site& site, const Call& call);  // POST /v1/views/{view}/verify
[[nodiscard]] Answer list_jobs(Site& site, const Call& call);     // /v1/jobs
[[nodiscard]] Answer show_job(Site& site, const Call& call);      // /v1/jobs/{id}
[[nodiscard]] Answer cancel_job(Site& site, const Call& call);    // DELETE /v1/jobs/{id}

}  // namespace deltamill
