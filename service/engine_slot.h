// The running engine, lent to the jobs and pages that need it.
#pragma once

#include "service/pipeline/engine.h"
#include "service/slot.h"

namespace deltamill {

using EngineSlot = Slot<Engine>;

}  // namespace deltamill
