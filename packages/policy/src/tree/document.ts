/*
 * The abstract tree of a policy document. Every node carries the position of its first character; nodes made by other means than the grammar
 * (readRules, code) carry the position of what they were made from.
 */

/** 1-based; columns count UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Document {
  readonly policies: readonly Policy[];
  /** In the order of the text; they mean nothing, and the printer keeps them. */
  readonly comments: readonly Comment[];
}

export interface Comment {
  readonly position: Position;
  /** What follows the two slashes, without the blanks at its ends. */
  readonly text: string;
}

export interface Policy {
  readonly position: Position;
  /** Where its closing brace stands. */
  readonly end: Position;
  readonly realm: Realm;
  readonly rules: readonly Rule[];
}

/** A set of resources. */
export interface Realm {
  readonly position: Position;
  /** Resource type; `*` for every type, which only audit filters (`log` claims) may use. */
  readonly type: string;
  /** The segments of the namespace, a template in its brackets: `['sandbox', '[name]']`. */
  readonly namespace: readonly string[];
  readonly reach: Reach;
}

/** Which resources below its namespace a realm holds. */
export type Reach =
  /** `job::/a`: the namespace and all below it. */
  | { readonly kind: 'subtree' }
  /** `job::/a::`: exactly this namespace, with or without a local name. */
  | { readonly kind: 'namespace' }
  /** `job::/a::*`: any local name in exactly this namespace. */
  | { readonly kind: 'locals' }
  /** `job::/a::x`: exactly this local name and its descendants `x/…`. */
  | { readonly kind: 'local'; readonly path: readonly string[] };

/** Claims that are asserted where `when` holds; always, where there is none. */
export interface Rule {
  readonly position: Position;
  /** Where its closing brace stands. */
  readonly end: Position;
  readonly when: Condition | null;
  readonly claims: readonly Assertion[];
}

/** `permit read, use`: one claim for each value. */
export interface Assertion {
  readonly position: Position;
  readonly type: string;
  readonly values: readonly Value[];
}

export type Value =
  /** A word or a quoted string, which are the same. `[t]` in it is a template. */
  | { readonly position: Position; readonly kind: 'text'; readonly text: string }
  /** `Google->email`: the values of the subject's claims of that issuer and type. */
  | { readonly position: Position; readonly kind: 'reference'; readonly issuer: string; readonly type: string };

export type Condition = AnyOf | AllOf | Comparison;

export interface AnyOf {
  readonly position: Position;
  readonly kind: 'any';
  readonly of: readonly Condition[];
}

export interface AllOf {
  readonly position: Position;
  readonly kind: 'all';
  readonly of: readonly Condition[];
}

export interface Comparison {
  readonly position: Position;
  readonly kind: 'compare';
  /** `null`: claims of the engine and of the request's context, and only those. */
  readonly issuer: string | null;
  readonly type: string;
  readonly comparator: Comparator;
  readonly value: Value;
}

export const COMPARATORS = ['==', 'beginsWith', 'endsWith', 'fqnMatch'] as const;
export type Comparator = (typeof COMPARATORS)[number];

/** Who vouches for the names of users and jobs. */
export const AUTH_SERVER = 'auth_server@apcera.me';

export function isTemplate(segment: string): boolean {
  return segment.startsWith('[');
}

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly found?: string;
  readonly expected?: string;
}

export type ParseResult =
  | { readonly ok: true; readonly document: Document; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };
