import { type Document, isTemplate, type Realm, type Value } from '../tree/document.ts';
import { claimText, realmText } from '../tree/print.ts';
import { decideOn } from './decide.ts';
import type { Claim } from './evaluation.ts';
import { targetOfRealm } from './match.ts';
import type { PolicySet } from './policy-set.ts';

/**
 * What a document grants that a subject does not hold itself, as `permit read on job::/x`; empty where it holds all of it. To hold a permission is to have
 * it on all of the realm that the document names, in every context. Claims other than `permit` may mean anything to other documents: nobody holds those.
 */
export function grantsBeyond(document: Document, sets: readonly PolicySet[], claims: readonly Claim[]): readonly string[] {
  const beyond = new Set<string>();
  for (const { realm, rules } of document.policies) {
    for (const { type, values } of rules.flatMap((rule) => rule.claims)) {
      for (const value of values) if (!holds(type, value, realm, sets, claims)) beyond.add(`${claimText(type, textOf(value))} on ${realmText(realm)}`);
    }
  }
  return [...beyond];
}

function holds(type: string, value: Value, realm: Realm, sets: readonly PolicySet[], claims: readonly Claim[]): boolean {
  if (type !== 'permit' || value.kind !== 'text' || isTemplate(value.text)) return false;
  return decideOn(sets, targetOfRealm(realm), { verb: value.text, resource: realmText(realm), claims }).allowed;
}

function textOf(value: Value): string {
  return value.kind === 'text' ? value.text : `${value.issuer}->${value.type}`;
}
