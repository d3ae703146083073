// Passes rows on as they are; those of a delta live as long as the batch.
#include "views/dataflow/alias.h"

namespace deltamill {

Alias::Alias(Collection& base, Collection& alias) : base_(base), alias_(alias) {
  base.add_consumer(*this, 0);
  alias.set_consolidated();
}

void Alias::consume(std::size_t /*port*/, const Delta& delta) {
  for (const DeltaRow& change : delta) alias_.receive_row(change.row, change.weight);
}

Description Alias::describe() const {
  return {.text = "again " + base_.name(), .inputs_shown_elsewhere = true};
}

}  // namespace deltamill
