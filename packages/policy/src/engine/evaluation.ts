import { CONTEXT_TYPES } from '../check/claim-types.ts';
import { fill } from '../tree/templates.ts';
import { type Compare, compare } from './compare.ts';
import { bound } from './match.ts';
import type { PolicySet } from './policy-set.ts';
import { type CompiledClaim, type CompiledCondition, type CompiledRule, claimKey, type Operand } from './rule.ts';
import type { Bucket, Target } from './tree.ts';

/*
 * One evaluation: what the rules of some sets assert of one target for one subject.
 *
 * 1. Claims of the subject keep their issuer and are found under it alone. Claims without an issuer are what the request says of itself (CONTEXT_TYPES)
 *    and what rules assert.
 * 2. It goes in rounds. A round looks at the rules that the claims of the round before call for, against what was known when it began, and what they assert
 *    is known when it ends. So a round is a matter of sets: the order of documents and rules changes nothing, neither the outcome nor its explanation.
 * 3. Claims are only ever added, and every value is a constant of a rule, one with names of the target put in, or copied from the subject: there is an end.
 * 4. A rule is looked at when a guard of it becomes known, and again when a claim of a type that it reads does, until it fires. It fires once.
 * 5. `MAX_STEPS` bounds the comparisons of all rounds. By 2 every order of the documents exceeds it or none does.
 */

export interface Claim {
  readonly issuer: string;
  readonly type: string;
  readonly value: string;
}

/** Far above what policies that people write come to; a fraction of a second. */
const MAX_STEPS = 2_000_000;

/** Why a claim is known: the rule that asserted it in the earliest round, of several the first by document and place. */
export interface Origin {
  readonly round: number;
  readonly rule: CompiledRule;
  readonly claim: CompiledClaim;
  readonly value: string;
}

/** What is known: an origin, or none for what the request itself said. */
type Known = Map<string, Map<string, Origin | undefined>>;

interface Fresh {
  readonly type: string;
  readonly value: string;
  readonly origin: Origin | undefined;
}

const NONE: readonly string[] = [];

export class Evaluation {
  readonly #target: Target;
  readonly #buckets: Bucket[] = [];
  readonly #subject = new Map<string, string[]>();
  readonly #known: Known = new Map();
  readonly #seen = new Set<CompiledRule>();
  readonly #fired = new Set<CompiledRule>();
  /** Rules that did not hold yet, by the types that they read. */
  readonly #waited = new Set<CompiledRule>();
  readonly #waiting = new Map<string, CompiledRule[]>();
  readonly #onClaim: ((rule: CompiledRule, type: string, value: string) => void) | undefined;
  #round = 0;
  #steps = 0;

  constructor(sets: readonly PolicySet[], target: Target, claims: readonly Claim[], onClaim?: (rule: CompiledRule, type: string, value: string) => void) {
    this.#target = target;
    this.#onClaim = onClaim;
    for (const set of sets) set.bucketsFor(target, this.#buckets);
    for (const { issuer, type, value } of claims) {
      if (issuer === '') continue;
      const key = claimKey(issuer, type);
      const values = this.#subject.get(key);
      if (values === undefined) this.#subject.set(key, [value]);
      else values.push(value);
    }
  }

  /** Runs until nothing new is asserted, or until the wanted claim is. Returns whether it came to its end: `false` where MAX_STEPS was too little. */
  run(context: Readonly<Record<string, string>>, wanted?: { readonly type: string; readonly value: string }): boolean {
    const looked: CompiledRule[] = [];
    for (const bucket of this.#buckets) {
      for (const rules of bucket.open.values()) this.#lookAt(rules, looked);
      for (const key of bucket.guarded.keys()) for (const value of this.#subject.get(key) ?? NONE) this.#callFor(bucket, key, value, looked);
    }
    let fresh: Fresh[] = Object.entries(context).flatMap(([type, value]) => (CONTEXT_TYPES.has(type) ? [{ type, value, origin: undefined }] : []));
    this.#learn(fresh);
    this.#calledBy(fresh, looked);
    for (let rules = looked; rules.length > 0; ) {
      this.#round += 1;
      fresh = this.#fire(rules);
      if (this.#steps > MAX_STEPS) return false;
      this.#learn(fresh);
      if (wanted !== undefined && this.origin(wanted.type, wanted.value) !== undefined) return true;
      rules = [];
      this.#calledBy(fresh, rules);
    }
    return true;
  }

  origin(type: string, value: string): Origin | undefined {
    return this.#known.get(type)?.get(value);
  }

  /** The asserted claims that made the rule of an origin fire. */
  support({ rule, round }: Origin): readonly Origin[] {
    const found: Origin[] = [];
    const names = bound(rule.place, this.#target);
    if (rule.when !== null && names !== undefined) this.#collectSupport(rule.when, names, round, found);
    return found;
  }

  #lookAt(rules: readonly CompiledRule[], looked: CompiledRule[]): void {
    for (const rule of rules) {
      if (this.#seen.has(rule)) continue;
      this.#seen.add(rule);
      looked.push(rule);
    }
  }

  #callFor({ guarded }: Bucket, key: string, value: string, looked: CompiledRule[]): void {
    const byDocument = guarded.get(key)?.get(value);
    if (byDocument !== undefined) for (const rules of byDocument.values()) this.#lookAt(rules, looked);
  }

  /** Rules that fresh claims call for, and those that waited for claims of their types. */
  #calledBy(fresh: readonly Fresh[], looked: CompiledRule[]): void {
    const types = new Set(fresh.map(({ type }) => type));
    const again = new Set<CompiledRule>();
    for (const type of types) {
      const waiting = this.#waiting.get(type)?.filter((rule) => !this.#fired.has(rule));
      if (waiting === undefined) continue;
      this.#waiting.set(type, waiting);
      for (const rule of waiting) again.add(rule);
    }
    for (const rule of again) looked.push(rule);
    for (const bucket of this.#buckets) {
      if (bucket.guarded.size === 0) continue;
      for (const { type, value } of fresh) this.#callFor(bucket, claimKey('', type), value, looked);
    }
  }

  /** Evaluates the rules against what is known and gives what they assert anew. */
  #fire(rules: readonly CompiledRule[]): Fresh[] {
    const asserted: Known = new Map();
    for (const rule of rules) {
      const names = bound(rule.place, this.#target);
      if (names === undefined || this.#fired.has(rule)) continue;
      if (rule.when !== null && !this.#holds(rule.when, names)) {
        if (this.#steps > MAX_STEPS) return [];
        this.#wait(rule);
        continue;
      }
      this.#fired.add(rule);
      for (const claim of rule.claims) this.#assert(rule, claim, names, asserted);
    }
    return [...asserted].flatMap(([type, values]) => [...values].map(([value, origin]) => ({ type, value, origin })));
  }

  #wait(rule: CompiledRule): void {
    if (this.#waited.has(rule) || rule.reads.length === 0) return;
    this.#waited.add(rule);
    for (const type of rule.reads) push(this.#waiting, type, rule);
  }

  #assert(rule: CompiledRule, claim: CompiledClaim, names: ReadonlyMap<string, string>, asserted: Known): void {
    for (const value of this.#valuesOf(claim.value, names)) {
      this.#onClaim?.(rule, claim.type, value);
      if (this.#known.get(claim.type)?.has(value) === true) continue;
      const values = asserted.get(claim.type) ?? new Map<string, Origin | undefined>();
      asserted.set(claim.type, values);
      const before = values.get(value);
      if (before === undefined || precedes(rule, claim, before)) values.set(value, { round: this.#round, rule, claim, value });
    }
  }

  #learn(fresh: readonly Fresh[]): void {
    for (const { type, value, origin } of fresh) {
      const values = this.#known.get(type) ?? new Map<string, Origin | undefined>();
      this.#known.set(type, values);
      values.set(value, origin);
    }
  }

  #holds(condition: CompiledCondition, names: ReadonlyMap<string, string>): boolean {
    if (condition.kind === 'compare') {
      const operands = this.#valuesOf(condition.operand, names);
      return operands.some((operand) => this.#some(condition, operand));
    }
    return condition.kind === 'all' ? condition.of.every((one) => this.#holds(one, names)) : condition.of.some((one) => this.#holds(one, names));
  }

  #some(condition: Compare, operand: string): boolean {
    const { issuer, type, comparator } = condition;
    this.#steps += 1;
    if (issuer === null) {
      const known = this.#known.get(type);
      if (known === undefined) return false;
      if (comparator === '==') return known.has(operand);
      this.#steps += known.size;
      for (const value of known.keys()) if (compare(value, condition, operand)) return true;
      return false;
    }
    const values = this.#subject.get(claimKey(issuer, type)) ?? NONE;
    this.#steps += values.length;
    return values.some((value) => compare(value, condition, operand));
  }

  #valuesOf(operand: Operand, names: ReadonlyMap<string, string>): readonly string[] {
    if (operand.kind === 'constant') return [operand.text];
    if (operand.kind === 'reference') return this.#subject.get(claimKey(operand.issuer, operand.type)) ?? NONE;
    const filled = fill(operand.parts, names);
    return filled === undefined ? NONE : [filled];
  }

  /** Of alternatives the first that held before the round, of several values that match the first in order: the same whatever the order of the documents. */
  #collectSupport(condition: CompiledCondition, names: ReadonlyMap<string, string>, before: number, into: Origin[]): boolean {
    if (condition.kind !== 'compare') {
      const collect = (one: CompiledCondition): boolean => {
        const found: Origin[] = [];
        const held = this.#collectSupport(one, names, before, found);
        if (held) into.push(...found);
        return held;
      };
      return condition.kind === 'all' ? condition.of.every(collect) : condition.of.some(collect);
    }
    if (condition.issuer !== null) return this.#holds(condition, names);
    const operands = this.#valuesOf(condition.operand, names);
    const known = [...(this.#known.get(condition.type) ?? [])].filter(([value, origin]) => (origin?.round ?? 0) < before && operands.some((operand) => compare(value, condition, operand)));
    const [first] = known.sort(([a], [b]) => (a < b ? -1 : 1));
    if (first?.[1] !== undefined) into.push(first[1]);
    return first !== undefined;
  }
}

function precedes(rule: CompiledRule, claim: CompiledClaim, other: Origin): boolean {
  if (rule.document !== other.rule.document) return rule.document < other.rule.document;
  return claim.line - other.claim.line < 0 || (claim.line === other.claim.line && claim.column < other.claim.column);
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
