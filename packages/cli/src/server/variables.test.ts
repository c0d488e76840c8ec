import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { variableTables } from './variables.ts';

describe('docs/OPERATIONS.md', () => {
  it('has the variables of every service as they are', () => {
    const operations = readFileSync(new URL('../../../../docs/OPERATIONS.md', import.meta.url), 'utf8');
    expect(operations).toContain(variableTables().trim());
  });
});
