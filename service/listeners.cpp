// Opens the two listeners and writes where they are. Each has a site and threads of its own:
// whoever waits on the public one does not shut operators out.
#include "service/listeners.h"

#include <unistd.h>

#include "service/http/routes.h"
#include "service/run_file.h"
#include "service/telemetry/utc_text.h"

namespace deltamill {

namespace {

std::string url_of(const Server* server) {
  if (server == nullptr) return {};
  return server->port() == 0 ? server->address() : "http://" + server->address();
}

}  // namespace

Listeners::Listeners(Parts parts)
    : parts_(parts),
      public_site_(make_site(public_large_answers)),
      admin_site_(make_site(admin_large_answers)),
      public_server_(
          listen(parts.settings.serve.listen, Listener::open, *public_site_, public_threads)),
      admin_server_(
          listen(parts.settings.admin.listen, Listener::admin, *admin_site_, admin_threads)) {
  tell_where();
}

Listeners::~Listeners() {
  public_server_.reset();
  admin_server_.reset();
  remove_run_file(parts_.settings.state);
}

std::unique_ptr<Site> Listeners::make_site(std::size_t large_answers_max) {
  SiteOptions options;
  options.rows_max = parts_.settings.serve.rows_max;
  options.query_timeout = parts_.settings.serve.query_timeout;
  options.report_failure = [&trace = parts_.trace](const std::string& failure) {
    trace.event(TraceLevel::error, "http.failed", failure);
  };
  options.large_answers_max = large_answers_max;
  return std::make_unique<Site>(parts_.status, parts_.positions, parts_.jobs, parts_.store,
                                options);
}

std::unique_ptr<Server> Listeners::listen(const std::string& address, Listener listener, Site& site,
                                          std::size_t handler_threads) {
  if (address == "off") return nullptr;
  ServerOptions options;
  options.listen = address;
  options.hosts = parts_.settings.serve.hosts;
  options.connections_max = parts_.settings.serve.connections_max;
  options.handler_threads = handler_threads;
  options.positions = &parts_.positions;
  options.connections_changed = [this, listener](std::size_t count) {
    connections_.at(static_cast<std::size_t>(listener)) = count;
    parts_.metrics.set("http_connections", static_cast<double>(connections_[0] + connections_[1]));
  };
  options.refused = refusal_counter(site);
  return std::make_unique<Server>(std::move(options), [&site, listener](const Request& request) {
    return answer_request(site, listener, request);
  });
}

void Listeners::tell_where() const {
  RunFile run_file;
  run_file.pid = ::getpid();
  run_file.public_url = url_of(public_server_.get());
  run_file.admin_url = url_of(admin_server_.get());
  run_file.started_at = utc_text(parts_.clock.wall_us());
  write_run_file(parts_.settings.state, run_file);
  parts_.trace.event(TraceLevel::info, "service.listening", "listening",
                     {{"public", run_file.public_url}, {"admin", run_file.admin_url}});
}

}  // namespace deltamill
