// Every metric in one table (metrics.cpp): name, kind, meaning. Per batch and per request, never
// per row.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace deltamill {

using MetricLabels = std::map<std::string, std::string>;

// Thread-safe. Names are without the prefix "deltamill_"; a name that is not in the table is a
// broken invariant.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  void set(std::string_view name, double value, const MetricLabels& labels = {});   // gauges
  void add(std::string_view name, double amount, const MetricLabels& labels = {});  // counters
  // A counter that is kept elsewhere. REQUIRES: one thread per counter and labels.
  void raise_to(std::string_view name, double total, const MetricLabels& labels = {});
  void observe(std::string_view name, double value, const MetricLabels& labels = {});  // histograms

  // The page: Prometheus text 0.0.4.
  [[nodiscard]] std::string text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace deltamill
