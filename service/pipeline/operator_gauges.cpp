// operator_rows and operator_bytes.
#include "service/pipeline/operator_gauges.h"

#include <map>

namespace deltamill {

namespace {

constexpr std::chrono::seconds interval(2);

}  // namespace

void OperatorGauges::set(const std::vector<OperatorSize>& sizes,
                         std::chrono::steady_clock::time_point now) {
  next_ = now + interval;
  struct Sum {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
  };
  std::map<MetricLabels, Sum> sums;
  for (const OperatorSize& size : sizes) {
    Sum& sum = sums[{{"view", size.view}, {"operator", size.name}}];
    sum.rows += size.rows;
    sum.bytes += size.bytes;
  }
  for (const auto& [labels, sum] : sums) {
    metrics_.set("operator_rows", static_cast<double>(sum.rows), labels);
    metrics_.set("operator_bytes", static_cast<double>(sum.bytes), labels);
  }
}

}  // namespace deltamill
