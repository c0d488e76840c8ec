/** A filter as it was read. Selectors are paths of field names; values are texts, as the language has no types of its own. */
export type Expression =
  | { readonly kind: 'or' | 'and'; readonly operands: readonly Expression[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  | Match;

export type Operator = 'equal' | 'in' | 'matches' | 'empty';

export interface Match {
  readonly kind: 'match';
  readonly selector: readonly string[];
  readonly operator: Operator;
  readonly negated: boolean;
  /** Absent for `empty`. */
  readonly value?: string;
}
