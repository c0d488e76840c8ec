import { parseName } from '../tree/name.ts';
import { holds, textHolds } from './match.ts';
import type { CompiledCondition } from './rule.ts';

export type Compare = Extract<CompiledCondition, { readonly kind: 'compare' }>;

/** Whether the value of one claim stands to the text on the right as the condition wants. */
export function compare(value: string, { comparator, operand }: Compare, text: string): boolean {
  switch (comparator) {
    case '==':
      return value === text;
    case 'beginsWith':
      return value.startsWith(text);
    case 'endsWith':
      return value.endsWith(text);
    case 'fqnMatch': {
      const name = parseName(value);
      if (name === undefined) return false;
      return operand.kind === 'constant' ? operand.realm !== undefined && holds(operand.realm, name) : textHolds(text, name);
    }
  }
}
