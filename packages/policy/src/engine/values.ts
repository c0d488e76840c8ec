import { precedenceOf } from '../check/claim-types.ts';
import { quantityOf, timeoutSeconds } from '../check/values.ts';
import { parseName } from '../tree/name.ts';
import type { AccessRequest } from './decide.ts';
import { Evaluation } from './evaluation.ts';
import { targetOf } from './match.ts';
import type { PolicySet } from './policy-set.ts';

/** A request without a verb: what is asserted of a resource for a subject. */
export type ValueRequest = Omit<AccessRequest, 'verb'>;

/**
 * The values of one claim type on a resource. Where only one can count (see `precedenceOf`), it is alone in the list; else all, in alphabetical order.
 * Empty where nothing is asserted, the resource is none, or the rules lead to more claims than are followed.
 */
export function valuesOf(sets: readonly PolicySet[], { resource, claims, context = {} }: ValueRequest, type: string): readonly string[] {
  const name = parseName(resource);
  if (name === undefined) return [];
  const specificities = new Map<string, number>();
  const evaluation = new Evaluation(sets, targetOf(name), claims, (rule, asserted, value) => {
    if (asserted === type) specificities.set(value, Math.max(specificities.get(value) ?? 0, rule.place.specificity));
  });
  if (!evaluation.run(context)) return [];
  const values = [...specificities.keys()].sort();
  switch (precedenceOf(type)) {
    case 'union':
      return values;
    case 'tightest':
      return smallest(values, quantityOf);
    case 'nearest': {
      const nearest = Math.max(...specificities.values());
      const tied = values.filter((value) => specificities.get(value) === nearest);
      return type === 'tokenTimeout' ? smallest(tied, timeoutSeconds) : tied.slice(0, 1);
    }
  }
}

/** Seconds that a token issued on the resource lives; `undefined` where no policy says. */
export function tokenTimeoutOf(sets: readonly PolicySet[], request: ValueRequest): number | undefined {
  const [timeout] = valuesOf(sets, request, 'tokenTimeout');
  return timeout === undefined ? undefined : timeoutSeconds(timeout);
}

/** The name that a token issued on the resource is given; `undefined` where no policy gives one. */
export function nameOf(sets: readonly PolicySet[], request: ValueRequest): string | undefined {
  return valuesOf(sets, request, 'name')[0];
}

/** A value that cannot be measured counts only where none can. */
function smallest(values: readonly string[], measure: (text: string) => number | undefined): readonly string[] {
  const by = (value: string): number => measure(value) ?? Number.POSITIVE_INFINITY;
  const [first, ...others] = values;
  return first === undefined ? [] : [others.reduce((least, value) => (by(value) < by(least) ? value : least), first)];
}
