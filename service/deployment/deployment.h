// What the files of a project mean on a source: bound views, how each is kept and served, under
// which definition.
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "service/configuration/project.h"
#include "service/deployment/served_view.h"
#include "sinks/sink.h"
#include "views/sql/view_definition.h"

namespace deltamill {

struct DeployedView {
  ViewBinding binding;
  std::vector<std::string> sinks;  // names of the sinks that keep it
  SinkView sink_view;
  ServedView served;
  std::chrono::milliseconds max_lag{5000};
  bool required = true;
};

struct Deployment {
  std::vector<DeployedView> views;  // in dependency order

  [[nodiscard]] std::vector<BoundView> bound_views() const;
  [[nodiscard]] std::vector<SinkView> sink_views() const;
  [[nodiscard]] std::vector<ServedView> served_views() const;
  // Source tables that the views read, each once.
  [[nodiscard]] std::vector<std::shared_ptr<const Table>> tables() const;
  // Those of them that some view reads without ONLY.
  [[nodiscard]] std::set<Oid> read_without_only() const;
};

// Binds the project's views and merges what headers, statements and defaults say. Errors and
// warnings go to `diagnostics`; views with errors are left out.
[[nodiscard]] Deployment deploy(const ProjectFiles& project, const Catalog& catalog,
                                Diagnostics& diagnostics);

// (schema or "", name) of everything the project's views name, views of the project left out.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> relations_of(
    const ProjectFiles& project);

[[nodiscard]] bool has_error(const Diagnostics& diagnostics);

}  // namespace deltamill
