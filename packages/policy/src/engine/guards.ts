import type { CompiledCondition, Guard } from './rule.ts';

/**
 * Claims of which one must be there for the condition to hold; `null` where no such list is known (it compares otherwise than `==`, or with a template or
 * a reference) and the rule must always be looked at.
 */
export function guardsOf(condition: CompiledCondition): readonly Guard[] | null {
  if (condition.kind === 'compare') {
    const { issuer, type, comparator, operand } = condition;
    return comparator === '==' && operand.kind === 'constant' ? [{ issuer: issuer ?? '', type, value: operand.text }] : null;
  }
  const each = condition.of.map(guardsOf);
  if (condition.kind === 'any') return each.includes(null) ? null : each.flatMap((guards) => guards ?? []);
  return each.reduce(better, null);
}

/** Of two lists of which either would do, the one that calls for the rule less often: few claims, and rather the subject's own than what rules assert. */
function better(a: readonly Guard[] | null, b: readonly Guard[] | null): readonly Guard[] | null {
  if (a === null || b === null) return a ?? b;
  return cost(b) < cost(a) ? b : a;
}

function cost(guards: readonly Guard[]): number {
  return guards.reduce((sum, { issuer }) => sum + (issuer === '' ? 2 : 1), 0);
}
