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
export { nameProblem, parseName, type ResourceName } from './tree/name.ts';
export { realmsOf } from './tree/realms.ts';
export { compile } from './engine/compile.ts';
export { type AccessRequest, type Assertion as AssertedClaim, type Decision, decide, decideEdit, decideImage, type Explanation, knowsDocument } from './engine/decide.ts';
export type { Claim } from './engine/evaluation.ts';
export { grantsBeyond } from './engine/grants.ts';
export { PolicySet } from './engine/policy-set.ts';
export type { CompiledDocument } from './engine/rule.ts';
export { nameOf, tokenTimeoutOf, type ValueRequest, valuesOf } from './engine/values.ts';
export { readRules } from './hcl/rules.ts';
export { type SystemDocument, systemDocuments } from './system/documents.ts';
export { VERBS, type Verbs } from './system/verbs.ts';
