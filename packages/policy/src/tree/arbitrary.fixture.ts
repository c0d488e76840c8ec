import fc from 'fast-check';
import { type Assertion, type Comment, type Condition, COMPARATORS, type Document, type Policy, type Realm, type Rule, type Value } from './document.ts';

/** Random documents. Names come from small sets, so that realms hold resources, claims meet conditions and rules chain. */

const AT = { line: 0, column: 0 } as const;
const NAMES = ['a', 'b', 'c'] as const;
const TEMPLATES = ['[t]', '[u]'] as const;
export const ISSUERS = ['I', 'J@k.l'] as const;
export const TYPES = ['permit', 'role', 'team', 'x.y'] as const;
export const VALUES = ['read', 'a', 'b', 'ab', 'job::/a', 'job::/a/b::c'] as const;

const segment = fc.constantFrom(...NAMES, ...NAMES, ...TEMPLATES);
const path = fc.array(segment, { minLength: 1, maxLength: 2 });
const reach: fc.Arbitrary<Realm['reach']> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'subtree' } as const) },
  fc.constant({ kind: 'namespace' } as const),
  fc.constant({ kind: 'locals' } as const),
  path.map((local) => ({ kind: 'local', path: local }) as const),
);
const realm: fc.Arbitrary<Realm> = fc.record({ position: fc.constant(AT), type: fc.constantFrom('job', 'job', 'package', '*'), namespace: fc.array(segment, { maxLength: 3 }), reach });

const reference = fc.record({ position: fc.constant(AT), kind: fc.constant('reference' as const), issuer: fc.constantFrom(...ISSUERS), type: fc.constantFrom(...TYPES) });
const small = fc.constantFrom(...VALUES, '[t]', 'a[t]', '[t][u]', '[v]');
const anyText = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replace(/\p{Cc}/gu, ''));

function anyValue(text: fc.Arbitrary<string>): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 6, arbitrary: text.map((one) => ({ position: AT, kind: 'text', text: one }) as const) }, reference);
}

function anyCondition(value: fc.Arbitrary<Value>): fc.Arbitrary<Condition> {
  const compare = fc.record({
    position: fc.constant(AT),
    kind: fc.constant('compare' as const),
    issuer: fc.constantFrom(null, null, ...ISSUERS),
    type: fc.constantFrom(...TYPES, 'job'),
    comparator: fc.constantFrom(...COMPARATORS, '==' as const),
    value,
  });
  const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      compare,
      fc.record({ position: fc.constant(AT), kind: fc.constantFrom('any' as const, 'all' as const), of: fc.array(tie('condition'), { minLength: 2, maxLength: 3 }) }),
    ),
  }));
  return condition;
}

function documentOf(text: fc.Arbitrary<string>, comments: fc.Arbitrary<readonly Comment[]>): fc.Arbitrary<Document> {
  const value = anyValue(text);
  const claim: fc.Arbitrary<Assertion> = fc.record({ position: fc.constant(AT), type: fc.constantFrom(...TYPES), values: fc.array(value, { minLength: 1, maxLength: 2 }) });
  const rule: fc.Arbitrary<Rule> = fc.record({ position: fc.constant(AT), end: fc.constant(AT), when: fc.option(anyCondition(value)), claims: fc.array(claim, { maxLength: 2 }) });
  const policy: fc.Arbitrary<Policy> = fc.record({ position: fc.constant(AT), end: fc.constant(AT), realm, rules: fc.array(rule, { maxLength: 4 }) });
  return fc.record({ policies: fc.array(policy, { maxLength: 4 }), comments });
}

/** Documents whose rules meet. */
export const anyDocument = documentOf(small, fc.constant([]));

/** Documents with whatever text may stand in them. */
export const wideDocument = documentOf(
  fc.oneof(small, anyText),
  fc.array(anyText.map((text) => ({ position: AT, text: text.trim() })), { maxLength: 2 }),
);

export const anyResource = fc
  .record({ type: fc.constantFrom('job', 'package'), namespace: fc.array(fc.constantFrom(...NAMES), { maxLength: 3 }), local: fc.option(fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })) })
  .map(({ type, namespace, local }) => `${type}::/${namespace.join('/')}${local === null ? '' : `::${local.join('/')}`}`);

export const anyRequest = fc.record({
  verb: fc.constantFrom('read', 'a', 'ab'),
  resource: anyResource,
  claims: fc.array(fc.record({ issuer: fc.constantFrom(...ISSUERS), type: fc.constantFrom(...TYPES), value: fc.constantFrom(...VALUES) }), { maxLength: 3 }),
  context: fc.constantFrom<Record<string, string>>({}, { job: 'job::/a/b::c' }, { role: 'a' }),
});
