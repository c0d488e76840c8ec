import { type Condition, readRules, realmText, type Rule, type Value } from '@mintmark/policy';

/** When a rule's claims hold: one comparison, or all or any of several. */
type WhenJson =
  | { readonly Issuer: string | null; readonly Type: string; readonly Comparator: string; readonly Value: string }
  | { readonly All: readonly WhenJson[] }
  | { readonly Any: readonly WhenJson[] };

interface RuleJson {
  /** `null`: always. */
  readonly When: WhenJson | null;
  readonly Claims: readonly { readonly Type: string; readonly Values: readonly string[] }[];
}

/** The rules of a policy as they were understood, whichever language they are written in. */
export interface RulesJson {
  readonly Policies: readonly { readonly Realm: string; readonly Rules: readonly RuleJson[] }[];
}

/** `null` for a text that this version cannot read. */
export function rulesJson(rules: string): RulesJson | null {
  const read = readRules(rules);
  if (!read.ok) return null;
  return { Policies: read.document.policies.map((policy) => ({ Realm: realmText(policy.realm), Rules: policy.rules.map(ruleJson) })) };
}

function ruleJson({ when, claims }: Rule): RuleJson {
  return { When: when === null ? null : whenJson(when), Claims: claims.map(({ type, values }) => ({ Type: type, Values: values.map(valueText) })) };
}

function whenJson(condition: Condition): WhenJson {
  switch (condition.kind) {
    case 'compare':
      return { Issuer: condition.issuer, Type: condition.type, Comparator: condition.comparator, Value: valueText(condition.value) };
    case 'all':
      return { All: condition.of.map(whenJson) };
    case 'any':
      return { Any: condition.of.map(whenJson) };
  }
}

function valueText(value: Value): string {
  return value.kind === 'text' ? value.text : `${value.issuer}->${value.type}`;
}
