// Casts of jsonb scalars to numbers and booleans, and between json and jsonb.
#include "views/data/numeric.h"
#include "views/data/text_form.h"
#include "views/functions/casts.h"
#include "views/functions/number_casts.h"
#include "views/functions/result_text.h"

namespace deltamill {

namespace {

// What kind of value a jsonb text holds, in PostgreSQL's words.
std::string_view jsonb_kind(std::string_view json) {
  switch (json.front()) {
    case 'n': return "null";
    case 't':
    case 'f': return "boolean";
    case '"': return "string";
    case '[': return "array";
    case '{': return "object";
    default: return "numeric";
  }
}

Value fail_cast(std::string_view json, CallContext& context) {
  Type plain = context.result_type;
  plain.modifier = -1;
  return fail_with(context, "cannot cast jsonb {} to type {}", jsonb_kind(json),
                   format_type(plain));
}

Value boolean_of_jsonb(const Value* arguments, CallContext& context) {
  const std::string_view json = arguments[0].text();
  if (jsonb_kind(json) != "boolean") return fail_cast(json, context);
  return Value::of_boolean(json == "true");
}

template <TypeKind to>
Value number_of_jsonb(const Value* arguments, CallContext& context) {
  const std::string_view json = arguments[0].text();
  if (jsonb_kind(json) != "numeric") return fail_cast(json, context);
  const std::optional<Value> number = parse_numeric(json, -1, context.arena);
  if (!number) return fail_cast(json, context);
  return cast_of_decimal(to)(&*number, context);
}

Value jsonb_of_json(const Value* arguments, CallContext& context) {
  const std::optional<Value> value =
      parse_text(context.result_type, arguments[0].text(), context.arena);
  return value ? *value : context.fail("invalid input syntax for type json");
}

}  // namespace

void add_jsonb_casts(CastTable& casts) {
  using enum TypeKind;
  using enum FunctionKind;
  casts.add(json, jsonb, jsonb_of_json, assignment_cast);
  casts.add(jsonb, json, relabel, assignment_cast);
  casts.add(jsonb, boolean, boolean_of_jsonb, explicit_cast);
  casts.add(jsonb, int2, number_of_jsonb<int2>, explicit_cast);
  casts.add(jsonb, int4, number_of_jsonb<int4>, explicit_cast);
  casts.add(jsonb, int8, number_of_jsonb<int8>, explicit_cast);
  casts.add(jsonb, float4, number_of_jsonb<float4>, explicit_cast);
  casts.add(jsonb, float8, number_of_jsonb<float8>, explicit_cast);
  casts.add(jsonb, numeric, number_of_jsonb<numeric>, explicit_cast);
}

}  // namespace deltamill
