import { parse } from '../grammar/parse.ts';
import type { Assertion, Comparison, Condition, Diagnostic, Document, Policy, Position, Rule, Value } from '../tree/document.ts';
import { realmText } from '../tree/print.ts';
import { parseRealm, templatesOf } from '../tree/realms.ts';
import { cut } from '../tree/templates.ts';
import { CONTEXT_TYPES } from './claim-types.ts';
import { valueProblem } from './values.ts';
import { VERBS } from '../system/verbs.ts';

/** Syntax and meaning of a document: errors first, each in the order of the text. Only a text without errors may be saved. */
export function check(text: string): readonly Diagnostic[] {
  const parsed = parse(text);
  return parsed.ok ? ordered([...parsed.warnings, ...checkDocument(parsed.document)]) : parsed.diagnostics;
}

/** Meaning alone. */
export function checkDocument({ policies }: Document): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const policy of policies) new PolicyCheck(policy, found).run();
  return ordered(found);
}

function ordered(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const rank = ({ severity }: Diagnostic): number => (severity === 'error' ? 0 : 1);
  return [...found].sort((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}

class PolicyCheck {
  readonly #policy: Policy;
  readonly #found: Diagnostic[];
  readonly #templates: ReadonlySet<string>;
  /** First unconditional value of the claims that can have but one. */
  readonly #single = new Map<string, string>();

  constructor(policy: Policy, found: Diagnostic[]) {
    this.#policy = policy;
    this.#found = found;
    this.#templates = new Set(templatesOf(policy.realm));
  }

  run(): void {
    const { rules, position, realm } = this.#policy;
    if (rules.length === 0) this.#say('warning', position, `the policy on ${realmText(realm)} has no rules`);
    for (const rule of rules) this.#rule(rule);
  }

  #rule({ when, claims, position }: Rule): void {
    if (claims.length === 0) this.#say('warning', position, 'the block asserts nothing');
    if (when !== null) this.#condition(when);
    for (const claim of claims) this.#claim(claim, when === null);
  }

  #condition(condition: Condition): void {
    if (condition.kind === 'compare') return this.#comparison(condition);
    for (const one of condition.of) this.#condition(one);
  }

  #comparison({ comparator, value }: Comparison): void {
    this.#value(value);
    if (comparator !== 'fqnMatch' || value.kind === 'reference') return;
    // A bound template stands for some name, so any name does for the form.
    const form = cut(value.text)
      .map((part, at) => (at % 2 === 0 ? part : 'x'))
      .join('');
    if (parseRealm(form) === undefined) this.#say('error', value.position, 'fqnMatch compares with a realm', JSON.stringify(value.text), 'type::/namespace, optionally followed by ::name, ::* or ::');
  }

  #claim({ position, type, values }: Assertion, always: boolean): void {
    const { realm } = this.#policy;
    if (realm.type === '*' && type !== 'log') this.#say('error', position, 'a realm of type * is an audit filter', `"${type}"`, 'log claims only');
    if (CONTEXT_TYPES.has(type)) this.#say('warning', position, `"${type}" says what the request is about; asserting it here forges that`);
    for (const value of values) {
      this.#value(value);
      const problem = valueProblem(type, value);
      if (problem !== undefined) this.#say(problem.severity, value.position, problem.message, value.kind === 'text' ? JSON.stringify(value.text) : `${value.issuer}->${value.type}`, problem.expected);
      if (type === 'permit') this.#verb(value);
      if (always) this.#conflict(type, value);
    }
  }

  #verb(value: Value): void {
    const verbs = VERBS[this.#policy.realm.type];
    if (verbs === undefined || value.kind !== 'text' || cut(value.text).length > 1) return;
    const known = [...verbs.all, ...(verbs.special ?? []), 'all'];
    if (!known.includes(value.text)) this.#say('warning', value.position, `nothing asks for ${JSON.stringify(value.text)} on resources of type ${this.#policy.realm.type}`, JSON.stringify(value.text), known.join(', '));
  }

  #conflict(type: string, value: Value): void {
    if (!SINGLE.has(type) || value.kind !== 'text') return;
    const before = this.#single.get(type);
    if (before === undefined) this.#single.set(type, value.text);
    else if (before !== value.text) this.#say('warning', value.position, `${type} has two values on ${realmText(this.#policy.realm)}: ${type === 'tokenTimeout' ? 'the shortest' : 'the first in alphabetical order'} counts`);
  }

  #value(value: Value): void {
    if (value.kind !== 'text') return;
    for (const [at, part] of cut(value.text).entries()) {
      if (at % 2 === 1 && !this.#templates.has(part)) this.#say('warning', value.position, `[${part}] is not in the realm ${realmText(this.#policy.realm)}, so it stands for nothing and never matches`);
    }
  }

  #say(severity: Diagnostic['severity'], position: Position, message: string, found?: string, expected?: string): void {
    const full = found === undefined ? message : `${message}: found ${found}, expected ${expected}`;
    this.#found.push({ severity, ...position, message: full, ...(found === undefined ? {} : { found }), ...(expected === undefined ? {} : { expected }) });
  }
}

const SINGLE: ReadonlySet<string> = new Set(['tokenTimeout', 'name', 'defaultNamespace']);
