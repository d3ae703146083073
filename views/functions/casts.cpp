// Collects the table of casts, family by family.
#include "views/functions/casts.h"

namespace deltamill {

std::vector<Function> cast_functions() {
  CastTable casts;
  add_number_casts(casts);
  add_text_casts(casts);
  add_datetime_casts(casts);
  add_jsonb_casts(casts);
  return casts.take();
}

}  // namespace deltamill
