import type { Comparator, Reach, Realm } from '../tree/document.ts';
import type { Cut } from '../tree/templates.ts';

/** A document under its name, ready for a PolicySet. Immutable. */
export interface CompiledDocument {
  readonly name: string;
  /** One for each place in the tree of realms. */
  readonly placements: readonly Placement[];
}

/** The rules of one document for one realm, those with guards under each of them: by issuer and type (see `claimKey`), then by value. */
export interface Placement {
  readonly document: string;
  readonly type: string;
  readonly namespace: readonly string[];
  readonly reach: Reach;
  readonly open: readonly CompiledRule[];
  readonly guarded: ReadonlyMap<string, ReadonlyMap<string, readonly CompiledRule[]>>;
}

/** A rule ready to be evaluated. One object for each rule of each document, so its identity says which one fired. */
export interface CompiledRule {
  readonly document: string;
  readonly place: Place;
  readonly when: CompiledCondition | null;
  /** Types of engine and context claims that `when` reads: it may become true when one of these is asserted. */
  readonly reads: readonly string[];
  readonly claims: readonly CompiledClaim[];
}

export interface CompiledClaim {
  readonly line: number;
  readonly column: number;
  readonly type: string;
  readonly value: Operand;
}

export type Operand =
  | { readonly kind: 'constant'; readonly text: string; readonly realm: RealmPattern | undefined }
  | { readonly kind: 'template'; readonly parts: Cut }
  | { readonly kind: 'reference'; readonly issuer: string; readonly type: string };

export type RealmPattern = Pick<Realm, 'type' | 'namespace' | 'reach'>;

export type CompiledCondition =
  | { readonly kind: 'any'; readonly of: readonly CompiledCondition[] }
  | { readonly kind: 'all'; readonly of: readonly CompiledCondition[] }
  | { readonly kind: 'compare'; readonly issuer: string | null; readonly type: string; readonly comparator: Comparator; readonly operand: Operand };

/** Where the policy of a rule stands, and what its templates bind. */
export interface Place {
  readonly realm: RealmPattern;
  /** Greater is more specific; equal for realms that tie. */
  readonly specificity: number;
  /** Each template with the place of its segment, which counts through the namespace and then the local name. */
  readonly templates: readonly { readonly name: string; readonly at: number; readonly local: boolean }[];
}

/** A claim without which a rule cannot fire, so that the rule need not be looked at before. `issuer` is empty for engine and context claims. */
export interface Guard {
  readonly issuer: string;
  readonly type: string;
  readonly value: string;
}

/** Under which the claims of one issuer and type are found. No issuer and no type in a document holds a control character. */
export function claimKey(issuer: string, type: string): string {
  return `${issuer}\u0000${type}`;
}
