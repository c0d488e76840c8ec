import { expect } from 'vitest';
import { freshnessOf, indexOf, type TokenJson } from './acl.ts';
import { json, type Reply } from './http.ts';

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** RFC 3339 in UTC with up to nine fractional digits. */
export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
const FRESHNESS = /^[a-z0-9-]+:[A-Za-z0-9_-]+:\d+$/;

/** A refusal: status, plain text, body as told (specs 1.0). */
export function expectRefusal(reply: Reply, status: number, text: string | RegExp): void {
  const got = { status: reply.status, type: reply.headers['content-type']?.toLowerCase().replaceAll(' ', ''), text: reply.text };
  expect(got).toEqual({ status, type: 'text/plain;charset=utf-8', text: typeof text === 'string' ? text : expect.stringMatching(text) });
}

/** 403 with exactly `Permission denied`. */
export function expectDenied(reply: Reply): void {
  expectRefusal(reply, 403, 'Permission denied');
}

/** A success with an object: 200, JSON, minified; gives the object. */
export function expectJson<T = TokenJson>(reply: Reply): T {
  expect({ status: reply.status, type: reply.headers['content-type'], text: reply.text }).toMatchObject({ status: 200, type: expect.stringMatching(/^application\/json\b/) });
  const value = json<T>(reply);
  expect(reply.text).toBe(JSON.stringify(value));
  return value;
}

/** A success without one: 200, no byte. */
export function expectEmpty(reply: Reply): void {
  expect({ status: reply.status, length: reply.body.length, text: reply.text }).toEqual({ status: 200, length: 0, text: '' });
  expect(reply.headers['content-type'] ?? '').not.toContain('json');
}

/** The headers of a read (specs 2.2) and the region's freshness. */
export function expectReadHeaders(reply: Reply): void {
  expect(indexOf(reply)).toBeGreaterThan(0);
  expect(reply.headers['x-nomad-knownleader']).toBe('true');
  expect(reply.headers['x-nomad-lastcontact']).toMatch(/^\d+$/);
  expect(freshnessOf(reply)).toMatch(FRESHNESS);
}

/** The headers of a write. */
export function expectWriteHeaders(reply: Reply): void {
  expect(indexOf(reply)).toBeGreaterThan(0);
  expect(freshnessOf(reply)).toMatch(FRESHNESS);
}

/** One error of Go's multierror layout, as Nomad words an invalid token. */
export function invalid(message: string): string {
  return `token 0 invalid: 1 error occurred:\n\t* ${message}\n\n`;
}
