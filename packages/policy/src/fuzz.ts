import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { check } from './check/check.ts';
import { compile } from './engine/compile.ts';
import { decide } from './engine/decide.ts';
import { PolicySet } from './engine/policy-set.ts';
import { readRules } from './hcl/rules.ts';
import { SHAPES, WORK } from './shapes.fixture.ts';
import { systemDocuments } from './system/documents.ts';
import { print } from './tree/print.ts';

/*
 * `node packages/policy/src/fuzz.ts --seconds 60 [--seed N]`: random and mutated documents through reading, checking, printing, compiling and deciding.
 * A crash is whatever is thrown, and a printed document that does not print the same again. Exit code 1 after one. Then the growth of time over doubled
 * sizes of every shape in ./shapes.fixture.ts.
 */

const SCENARIOS = join(import.meta.dirname, 'golden', 'scenarios');
const SEEDS = [
  ...readdirSync(SCENARIOS).flatMap((name) => (name.endsWith('.json') ? [] : [readFileSync(join(SCENARIOS, name), 'utf8')])),
  ...systemDocuments(['tom', 'job::/sandbox/admin::mycaptoken']).map(({ text }) => text),
];
const PARTS = ['on ', 'job::/a', 'job::/', '::', '::*', '/', '{', '}', '{ permit read }', 'if (', ')', ' ', '\n', '"', '\\', '\\"', 'permit ', 'read', ',', '==', ' beginsWith ', ' fqnMatch ', '&&', ' || ', '->', '>name', '[t]', '[', '// x', '#', '/*', '*/', '=', '!=', '*', '-', 'é', '€', '\u{1f511}', '\ud800', '\0', '\u00a0', 'namespace "a" ', 'policy = "read"', 'auth_server@apcera.me->name', 'tokenTimeout "1s"'];
const SMALL = 1_024;

interface Slowest {
  readonly msPerKb: number;
  readonly text: string;
}

class Fuzz {
  readonly #random: () => number;
  documents = 0;
  bytes = 0;
  read = 0;
  readonly crashes: string[] = [];
  slowest: Slowest = { msPerKb: 0, text: '' };

  constructor(seed: number) {
    this.#random = mulberry32(seed);
  }

  one(): void {
    const text = this.#text();
    this.documents += 1;
    this.bytes += text.length;
    try {
      let msPerKb = this.#timed(text);
      // A pause of the machine does not come twice.
      for (let again = 0; again < 3 && msPerKb > this.slowest.msPerKb; again += 1) msPerKb = Math.min(msPerKb, this.#timed(text));
      if (msPerKb > this.slowest.msPerKb) this.slowest = { msPerKb, text };
    } catch (error) {
      this.crashes.push(`${(error as Error).stack}\n  of ${JSON.stringify(text.slice(0, 2_000))}`);
    }
  }

  #timed(text: string): number {
    const began = performance.now();
    this.#through(text);
    return (performance.now() - began) / Math.max(1, text.length / SMALL);
  }

  #through(text: string): void {
    check(text);
    const result = readRules(text);
    if (!result.ok) return;
    this.read += 1;
    const printed = print(result.document);
    const again = readRules(printed);
    if (!again.ok || print(again.document) !== printed) throw new Error('a printed document does not print the same again');
    const set = PolicySet.of([compile('fuzz', result.document)]);
    const resource = this.#pick(['job::/a::b', 'job::/sandbox/admin::mycaptoken', 'job::/teams/web::shop', 'namespace::/default', 'package::/']);
    decide([set], { verb: this.#pick(['read', 'all', 'issue']), resource, claims: [{ issuer: 'LDAP', type: 'group', value: 'web' }] });
    if (set.without('fuzz').size !== 0) throw new Error('a set is not empty without its document');
  }

  #text(): string {
    if (this.#random() < 0.3) return Array.from({ length: this.#below(60) }, () => this.#pick(PARTS)).join('');
    let text = this.#pick(SEEDS);
    // Half of the seeds are mutated little, so that some stay documents.
    const mutations = this.#random() < 0.5 ? 1 : 1 + this.#below(8);
    for (let at = 0; at < mutations; at += 1) text = this.#mutated(text);
    return text;
  }

  #mutated(text: string): string {
    const [from, to] = [this.#below(text.length + 1), this.#below(text.length + 1)].sort((a, b) => a - b) as [number, number];
    const near = Math.min(to, from + 1 + this.#below(12));
    switch (this.#below(6)) {
      case 0:
        return text.slice(0, from) + text.slice(near);
      case 1:
        return text.slice(0, from) + this.#pick(PARTS) + text.slice(from);
      case 2:
        return text.slice(0, from) + this.#pick(PARTS) + text.slice(near);
      case 3:
        return text.slice(0, to) + text.slice(from, to) + text.slice(to);
      case 4: {
        const other = this.#pick(SEEDS);
        return text.slice(0, from) + other.slice(this.#below(other.length));
      }
      default:
        return text.length > 20_000 ? text : text.slice(0, from) + text.slice(from, near).repeat(1 + this.#below(200)) + text.slice(near);
    }
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] as T;
  }
}

/** A small generator of random numbers that a seed repeats. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function timed(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round += 1) {
    const began = performance.now();
    work();
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

function growth(name: string, sizes: readonly number[], work: (size: number) => () => void): string {
  const times = sizes.map((size) => timed(work(size)));
  const factors = times.slice(1).map((time, at) => time / Math.max(times[at] ?? 0, 0.05));
  return `${name.padEnd(24)} ${times.map((time) => `${time.toFixed(2).padStart(8)} ms`).join('')}   x${factors.map((factor) => factor.toFixed(1)).join(' x')}`;
}

function growths(): string {
  const read = (shape: (size: number) => string) => (size: number) => {
    const text = shape(size);
    return () => {
      check(text);
      readRules(text);
    };
  };
  const decided = (shape: (rules: number) => string) => (rules: number) => {
    const set = PolicySet.of([compile('d', shape(rules))]);
    return () => decide([set], { verb: 'read', resource: 'job::/a::b', claims: [] });
  };
  const kb = [64, 128, 256, 511].map((size) => size * SMALL);
  const hcl = [8, 16, 32, 63].map((size) => size * SMALL);
  return [
    '\ntexts of 64, 128, 256, 511 KB (HCL: 8, 16, 32, 63 KB), read and checked',
    ...Object.entries(SHAPES).map(([name, shape]) => growth(name, name.startsWith('HCL') ? hcl : kb, read(shape))),
    '\ndecisions over 500, 1,000, 2,000, 4,000 rules',
    ...Object.entries(WORK).map(([name, shape]) => growth(name, [500, 1_000, 2_000, 4_000], decided(shape))),
  ].join('\n');
}

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: `${Date.now() % 1_000_000}` } } });
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
if (!(seconds > 0 && seconds <= 86_400) || !Number.isInteger(seed)) {
  process.stderr.write('--seconds must be a number up to 86400, --seed a whole number\n');
  process.exit(2);
}
const fuzz = new Fuzz(seed);
const began = performance.now();
while (performance.now() - began < seconds * 1_000) fuzz.one();
const took = (performance.now() - began) / 1_000;
process.stdout.write(
  `seed ${seed}: ${fuzz.documents} documents in ${took.toFixed(0)} s, ${(fuzz.documents / took).toFixed(0)}/s, ${(fuzz.bytes / took / 1e6).toFixed(2)} MB/s, ${fuzz.read} of them were read\n` +
    `${fuzz.crashes.length} crashes\nslowest: ${fuzz.slowest.msPerKb.toFixed(2)} ms per KB, ${fuzz.slowest.text.length} characters, ${JSON.stringify(fuzz.slowest.text.slice(0, 2_000))}\n`,
);
for (const crash of fuzz.crashes.slice(0, 5)) process.stdout.write(`${crash}\n`);
process.stdout.write(`${growths()}\n`);
process.exitCode = fuzz.crashes.length > 0 ? 1 : 0;
