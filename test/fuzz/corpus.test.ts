import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CORPUS, fileOf, fileWith, inputsOf } from './corpus.ts';
import { TARGETS } from './parsers.ts';
import { fuzz } from './run.ts';
import { surfaceTargets } from './surface.ts';
import type { Target } from './target.ts';

const FILES = readdirSync(CORPUS);

describe('the corpus', () => {
  it('has a file of at most 3,500 bytes for a target, and for nothing else', () => {
    const known = [...TARGETS, ...surfaceTargets({ origin: '', secret: '' })].map(({ name }) => fileOf(name));
    expect(new Set(known).size).toBe(known.length);
    expect(known).toEqual(expect.arrayContaining(FILES));
    for (const file of FILES) expect(statSync(join(CORPUS, file)).size, file).toBeLessThanOrEqual(3_500);
  });

  it('gives back what was put in, text or not, and takes no more than there is room for', () => {
    const inputs = ['', 'é"\\\n', '\0\u{1f511}'].map((text) => Buffer.from(text)).concat(Buffer.from([0xff, 0, 0x80]));
    expect(inputsOf(fileWith(inputs))).toEqual(inputs);
    expect(inputsOf(fileWith(Array.from({ length: 50 }, (_, i) => Buffer.from([i]))))).toHaveLength(40);
    const large = fileWith(Array.from({ length: 10 }, () => Buffer.alloc(600, 'x')));
    expect(inputsOf(large)).toHaveLength(5);
    expect(Buffer.byteLength(large)).toBeLessThanOrEqual(3_500);
  });
});

describe('a run', () => {
  const SHORT = { seed: 1, seconds: 0, hangMs: 50 };
  const target = (run: (text: string) => unknown): Target => ({ name: 'x', seeds: ['1'], run: (input) => run(input.toString()) });

  it('gives the corpus as it is, and tells the input that breaks', async () => {
    const { broken } = await fuzz(target((text) => JSON.parse(text)), { ...SHORT, corpus: [Buffer.from('"a"'), Buffer.from('{')] });
    expect(broken?.input.toString()).toBe('{');
    expect(broken?.problem).toMatch(/^SyntaxError/);
  });

  it('tells what takes the processor too long', async () => {
    const busy = (): void => {
      const { user } = process.cpuUsage();
      while (process.cpuUsage().user - user < 10_000) JSON.stringify(Array(1_000).fill(user));
    };
    const { broken } = await fuzz(target((text) => (text === 'slow' ? busy() : undefined)), { ...SHORT, hangMs: 5, corpus: [Buffer.from('slow')] });
    expect(broken?.problem).toMatch(/^took \d+ ms$/);
  });

  it('keeps what reaches something new, and no second input that does not', async () => {
    const { corpus, behaviours } = await fuzz(target((text) => JSON.parse(text)), { ...SHORT, corpus: ['2', '"a"', '"b"', '{"c":[1]}'].map((text) => Buffer.from(text)) });
    expect(corpus.map(String)).toEqual(['"a"', '{"c":[1]}']);
    // A number, a text, and a list of one number under a name.
    expect(behaviours).toBe(4);
  });

  it('finds by itself what its seeds do not reach', async () => {
    const { corpus } = await fuzz(target((text) => ({ long: text.length > 40 ? [] : '' })), { ...SHORT, seconds: 1, corpus: [] });
    expect(corpus).toHaveLength(1);
    expect(corpus[0]?.length).toBeGreaterThan(40);
  });
});
