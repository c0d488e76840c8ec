import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from '../grammar/parse.ts';
import { readRules } from '../hcl/rules.ts';
import { check } from '../check/check.ts';
import { anyDocument, anyRequest, wideDocument } from '../tree/arbitrary.fixture.ts';
import type { Document } from '../tree/document.ts';
import { print } from '../tree/print.ts';
import { compile } from './compile.ts';
import { decide } from './decide.ts';
import { naiveClaims } from './naive.fixture.ts';
import { PolicySet } from './policy-set.ts';
import { valuesOf } from './values.ts';

const RUNS = { numRuns: 400 };

function parsed(text: string): Document {
  const result = parse(text);
  if (!result.ok) throw new Error(`${result.diagnostics[0]?.message}\n${text}`);
  return result.document;
}

function bare(document: Document): unknown {
  return JSON.parse(JSON.stringify(document, (key, value) => (key === 'position' || key === 'end' ? undefined : value)));
}

/** With the positions of its text, as documents of a store have them. */
const placed = anyDocument.map((document) => parsed(print(document)));
const documents = fc.array(placed, { maxLength: 4 });

function setOf(all: readonly Document[]): PolicySet {
  return PolicySet.of(all.map((document, at) => compile(`d${at}`, document)));
}

describe('the language', () => {
  test('a printed document reads as the same document, and prints the same', () => {
    fc.assert(
      fc.property(wideDocument, (document) => {
        const text = print(document);
        const again = parsed(text);
        expect(bare(again)).toEqual(bare(document));
        expect(print(again)).toBe(text);
      }),
      RUNS,
    );
  });

  test('comments survive wherever they stand, and formatting is done once', () => {
    fc.assert(
      fc.property(placed, fc.array(fc.nat(), { maxLength: 6 }), (document, places) => {
        // Blanks are where a comment may stand, unless a quote or a comment is before them on their line.
        const text = places.reduce((now, place, at) => {
          const blanks = [...now.matchAll(/[ \n]/g)].map(({ index }) => index).filter((index) => !/"|\/\//.test(now.slice(now.lastIndexOf('\n', index - 1) + 1, index)));
          const index = blanks[place % Math.max(blanks.length, 1)];
          return index === undefined ? now : `${now.slice(0, index)} // c${at}\n${now.slice(index)}`;
        }, print(document));
        const first = parsed(text);
        const printed = print(first);
        const second = parsed(printed);
        expect(second.comments.map((comment) => comment.text)).toEqual(first.comments.map((comment) => comment.text));
        expect(bare({ ...second, comments: [] })).toEqual(bare({ ...document, comments: [] }));
        expect(print(second)).toBe(printed);
      }),
      RUNS,
    );
  });

  test('whatever the text, it is read or refused with a place in it', () => {
    const soup = fc.array(fc.constantFrom('on ', 'job::/a', '::', '/', '{', '}', 'if', '(', ')', ' ', '\n', '"', '\\', 'permit ', 'read', ',', '==', '&&', '||', '->', '>', '[t]', '//', '=', '*', '-', 'é', '\ud800', '\0'), { maxLength: 40 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (text) => {
        const lines = text.split('\n');
        for (const result of [parse(text), readRules(text)]) {
          if (result.ok) continue;
          expect(result.diagnostics.length).toBeGreaterThan(0);
          for (const { line, column, message } of result.diagnostics) {
            expect(message).not.toBe('');
            expect(line).toBeLessThanOrEqual(lines.length);
            expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
          }
        }
        check(text);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('decisions', () => {
  test('are those of the specification read word by word', () => {
    fc.assert(
      fc.property(documents, anyRequest, (all, request) => {
        const known = naiveClaims(all, request);
        const sets = [setOf(all)];
        expect(decide(sets, request).allowed).toBe(known.has(`permit ${request.verb}`));
        const team = valuesOf(sets, request, 'team');
        expect(team).toEqual([...known].flatMap((claim) => (claim.startsWith('team ') ? [claim.slice(5)] : [])).sort());
      }),
      { numRuns: 3_000 },
    );
  });

  test('a document more never takes a permission away', () => {
    fc.assert(
      fc.property(documents, placed, anyRequest, (all, more, request) => {
        const set = setOf(all);
        if (decide([set], request).allowed) {
          expect(decide([set.with(compile('more', more))], request).allowed).toBe(true);
          expect(decide([set, PolicySet.of([compile('more', more)])], request).allowed).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('the order of documents, policies and rules never matters, to the explanation neither', () => {
    const shuffled = documents.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all.map((_, at) => at), { minLength: all.length }), fc.infiniteStream(fc.nat())));
    fc.assert(
      fc.property(shuffled, anyRequest, ([all, order, numbers], request) => {
        const mixed = <T>(list: readonly T[]): T[] => list.map((one) => [Number(numbers.next().value), one] as const).sort(([a], [b]) => a - b).map(([, one]) => one);
        const other = PolicySet.of(
          order.map((at) => {
            const document = all[at] as Document;
            return compile(`d${at}`, { ...document, policies: mixed(document.policies).map((policy) => ({ ...policy, rules: mixed(policy.rules) })) });
          }),
        );
        expect(decide([other], request)).toEqual(decide([setOf(all)], request));
      }),
      { numRuns: 1_000 },
    );
  });

  test('a set is what its last changes made of it', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.option(placed)), { maxLength: 8 });
    fc.assert(
      fc.property(steps, anyRequest, (all, request) => {
        const left = new Map<string, Document>();
        let set = PolicySet.of([]);
        for (const [name, document] of all) {
          set = document === null ? set.without(name) : set.with(compile(name, document));
          if (document === null) left.delete(name);
          else left.set(name, document);
        }
        expect(set.size).toBe(left.size);
        expect(decide([set], request)).toEqual(decide([PolicySet.of([...left].map(([name, document]) => compile(name, document)))], request));
      }),
      { numRuns: 500 },
    );
  });

  test('come to an end and throw nothing, whatever the texts of the request', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    const request = fc.record({ verb: text, resource: fc.oneof(text, text.map((one) => `job::/${one}`)), claims: fc.array(fc.record({ issuer: text, type: text, value: text })), context: fc.dictionary(text, text) });
    fc.assert(
      fc.property(documents, request, (all, asked) => {
        expect(typeof decide([setOf(all)], asked).allowed).toBe('boolean');
      }),
      RUNS,
    );
  });
});
