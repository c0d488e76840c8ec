export { check, checkDocument } from './check/check.ts';
export { CONTEXT_TYPES } from './check/claim-types.ts';
export { LIMITS } from './grammar/limits.ts';
export { parse } from './grammar/parse.ts';
export type {
  AllOf,
  AnyOf,
  Assertion,
  Comment,
  Comparator,
  Comparison,
  Condition,
  Diagnostic,
  Document,
  ParseResult,
  Policy,
  Position,
  Reach,
  Realm,
  Rule,
  Value,
} from './tree/document.ts';
export { print, realmText } from './tree/print.ts';
export { realmsOf } from './tree/realms.ts';
