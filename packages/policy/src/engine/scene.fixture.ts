import { systemDocuments } from '../system/documents.ts';
import { AUTH_SERVER } from '../tree/document.ts';
import { compile } from './compile.ts';
import type { Claim } from './evaluation.ts';
import { PolicySet } from './policy-set.ts';

/** What every cluster begins with, apart from its administrators. */
export const BASE = systemDocuments([])
  .filter(({ name }) => name !== 'adminUsers')
  .map(({ name, text }) => compile(name, text));

/** The base and these documents, named `d0`, `d1`, … */
export function inForce(...texts: readonly string[]): PolicySet[] {
  return [PolicySet.of([...BASE, ...texts.map((text, at) => compile(`d${at}`, text))])];
}

/** A user or job as the auth server names it. */
export function named(name: string): readonly Claim[] {
  return [{ issuer: AUTH_SERVER, type: 'name', value: name }];
}

export function says(issuer: string, claims: Readonly<Record<string, string>>): readonly Claim[] {
  return Object.entries(claims).map(([type, value]) => ({ issuer, type, value }));
}
