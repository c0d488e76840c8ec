import { expect } from 'vitest';

/** Forms of values that differ from run to run: one of the sample's form is asked for, another value is asked for as it is. */
const FORMS: readonly RegExp[] = [
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/,
  /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/,
  /^https?:\/\/\S+$/,
  /^[A-Za-z0-9+/]{20,}(%3[Dd]){0,2}$/,
];

/**
 * Expects an answer of the sample's shape: each of its members, in its form. Indexes (`…Index`) are any whole numbers above 0; further members are allowed, as
 * the products' own later versions have them.
 */
export function expectLike(actual: unknown, sample: unknown, path = ''): void {
  if (Array.isArray(sample)) {
    expect(Array.isArray(actual), `${path} is a list`).toBe(true);
    expect((actual as unknown[]).length, `length of ${path}`).toBe(sample.length);
    for (const [at, item] of sample.entries()) expectLike((actual as unknown[])[at], item, `${path}[${at}]`);
  } else if (typeof sample === 'object' && sample !== null) {
    for (const [name, value] of Object.entries(sample)) {
      expect(Object.keys(actual as object), path).toContain(name);
      expectLike((actual as Record<string, unknown>)[name], value, `${path}.${name}`);
    }
  } else if (typeof sample === 'number' && path.endsWith('Index')) {
    expect(Number.isSafeInteger(actual) && (actual as number) > 0, `${path}: ${String(actual)}`).toBe(true);
  } else {
    const form = typeof sample === 'string' ? FORMS.find((one) => one.test(sample)) : undefined;
    if (form === undefined) expect(actual, path).toEqual(sample);
    else expect(actual, path).toMatch(form);
  }
}

/** A sample of a page: trailing commas and `, ...` are what its authors left in. */
export function sampleOf<T>(text: string): T {
  return JSON.parse(text.replaceAll(', ...', '').replace(/,(\s*[}\]])/g, '$1')) as T;
}

/** The claims of a JWT. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Readonly<Record<string, unknown>>;
}
