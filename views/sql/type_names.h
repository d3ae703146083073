// The type a user wrote: numeric(12, 2), timestamptz, an enum of the source.
#pragma once

#include "views/data/type.h"
#include "views/sql/catalog.h"
#include "views/sql/syntax.h"

namespace deltamill {

// Rejects what is not a supported type (unsupported_type) and wrong modifiers (type_error).
[[nodiscard]] Type resolve_type(const TypeSyntax& syntax, const Catalog& catalog);

// The built-in kind of an internal name ("int4", "bpchar"), or `unsupported`.
[[nodiscard]] TypeKind kind_named(std::string_view name);

}  // namespace deltamill
