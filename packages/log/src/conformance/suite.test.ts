import { describe, expect, it } from 'vitest';
import { hook, type LogUnderTest } from './adapter.ts';
import type { LogAdapterUnderTest } from './index.ts';

type Exclusions = NonNullable<LogAdapterUnderTest['exclude']>;

const REASONED: Exclusions = { 'two handles see one log': 'one process owns a path' };
// @ts-expect-error An exclusion without a reason does not compile.
const SILENT: Exclusions = { 'two handles see one log': '' };
// @ts-expect-error One word is no reason.
const CURT: Exclusions = { 'two handles see one log': 'flaky' };
// @ts-expect-error Nor is a switch.
const SWITCHED: Exclusions = { 'two handles see one log': true };
// @ts-expect-error A behaviour that does not exist cannot be excluded.
const STRANGE: Exclusions = { 'three handles see one log': 'one process owns a path' };

describe('log conformance', () => {
  it('takes an exclusion with a reason only, and only of a behaviour that there is', () => {
    expect([REASONED, SILENT, CURT, SWITCHED, STRANGE]).toHaveLength(5);
  });

  it('says what to do when a hook is missing', () => {
    expect(() => hook({} as LogUnderTest, 'second')).toThrow('the adapter offers no second(): offer it, or exclude this behaviour with a reason');
  });
});
