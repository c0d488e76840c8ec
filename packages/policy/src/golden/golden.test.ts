import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile } from '../engine/compile.ts';
import { type AccessRequest, type Decision, decide } from '../engine/decide.ts';
import type { Claim } from '../engine/evaluation.ts';
import { PolicySet } from '../engine/policy-set.ts';
import { systemDocuments } from '../system/documents.ts';

/** Each file of ./scenarios that ends in .json: documents by name and file, subjects by name, and requests with the whole decision. */
interface Scenario {
  readonly about: string;
  readonly admins: readonly string[];
  readonly documents: Readonly<Record<string, string>>;
  readonly subjects: Readonly<Record<string, readonly Claim[]>>;
  readonly cases: readonly { readonly title: string; readonly subject: string; readonly request: Omit<AccessRequest, 'claims'>; readonly decision: Decision }[];
}

const FOLDER = join(import.meta.dirname, 'scenarios');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

describe.each(files)('%s', (file) => {
  const { admins, documents, subjects, cases } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Scenario;
  const set = PolicySet.of([
    ...systemDocuments(admins).map(({ name, text }) => compile(name, text)),
    ...Object.entries(documents).map(([name, path]) => compile(name, readFileSync(join(FOLDER, path), 'utf8'))),
  ]);
  test.each(cases)('$title', ({ subject, request, decision }) => {
    const claims = subjects[subject];
    if (claims === undefined) throw new Error(`${file} has no subject ${subject}`);
    expect(decide([set], { ...request, claims })).toEqual(decision);
  });
});
