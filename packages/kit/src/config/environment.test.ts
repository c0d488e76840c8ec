import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError, type EnvironmentReader, formatDuration, durationForm, readEnvironment, Secret, textForm, urlForm } from './index.ts';

const about = 'What it is for.';
const region = textForm({ pattern: /^[a-z][a-z0-9-]*$/, accepts: 'a region name' });

/** The faults of reading these variables, as `variable: problem`. */
function faultsOf(env: Record<string, string>, read: (reader: EnvironmentReader) => unknown): string[] {
  const reader = readEnvironment(env);
  read(reader);
  try {
    reader.finish(() => undefined);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ variable, problem }) => `${variable}: ${problem}`);
  }
}

/** The value of MINTMARK_X. */
function readOne<T>(text: string, read: (reader: EnvironmentReader, name: string) => T): T {
  const reader = readEnvironment({ MINTMARK_X: text });
  const value = read(reader, 'MINTMARK_X');
  return reader.finish(() => value);
}

const good: readonly [string, string, (reader: EnvironmentReader, name: string) => unknown, unknown][] = [
  ['text', 'us east', (r, n) => r.text(n, { about }), 'us east'],
  ['text', 'us-east', (r, n) => r.text(n, { about, pattern: /^[a-z-]+$/ }), 'us-east'],
  ['integer', '-3', (r, n) => r.integer(n, { about }), -3],
  ['integer', '65535', (r, n) => r.integer(n, { about, min: 1, max: 65_535 }), 65_535],
  ['choice', 'nats', (r, n) => r.choice(n, ['embedded', 'nats'], { about }), 'nats'],
  ['flag', 'true', (r, n) => r.flag(n, { about }), true],
  ['flag', 'false', (r, n) => r.flag(n, { about, default: true }), false],
  ['duration', '1h2m3s4ms', (r, n) => r.durationMs(n, { about }), 3_723_004],
  ['duration', '250ms', (r, n) => r.durationMs(n, { about, minMs: 250 }), 250],
  ['duration', '0s', (r, n) => r.durationMs(n, { about }), 0],
  ['address', '0.0.0.0:4646', (r, n) => r.address(n, { about }), { host: '0.0.0.0', port: 4646 }],
  ['address', '[::1]:1', (r, n) => r.address(n, { about }), { host: '::1', port: 1 }],
  ['address', 'localhost:0', (r, n) => r.address(n, { about, anyPort: true }), { host: 'localhost', port: 0 }],
  ['url', 'https://eu.example:4747/base', (r, n) => r.url(n, ['http', 'https'], { about })?.href, 'https://eu.example:4747/base'],
  ['url', 'redis://127.0.0.1:6379', (r, n) => r.url(n, ['redis'], { about })?.port, '6379'],
  ['list', 'a,b,c', (r, n) => r.list(n, region, { about }), ['a', 'b', 'c']],
  [
    'map',
    'us=http://a:1,eu=http://b:2',
    (r, n) => [...r.map(n, { key: region, value: urlForm(['http']) }, { about })].map(([k, v]) => [k, v.host]),
    [
      ['us', 'a:1'],
      ['eu', 'b:2'],
    ],
  ],
];
test.each(good)('a %s reads %j', (_kind, text, read, expected) => {
  expect(readOne(text, read)).toEqual(expected);
});

const bad: readonly [string, string, (reader: EnvironmentReader, name: string) => unknown, string][] = [
  ['text', ' padded', (r, n) => r.text(n, { about }), 'must be a text without space at its ends'],
  ['text', 'two\nlines', (r, n) => r.text(n, { about }), 'must be a text'],
  ['text', 'US', (r, n) => r.text(n, { about, pattern: /^[a-z]+$/, accepts: 'lower-case letters' }), 'must be lower-case letters'],
  ['integer', '1e3', (r, n) => r.integer(n, { about }), 'must be a whole number, not "1e3"'],
  ['integer', '007', (r, n) => r.integer(n, { about }), 'must be a whole number'],
  ['integer', '70000', (r, n) => r.integer(n, { about, min: 1, max: 65_535 }), 'must be a whole number from 1 to 65535, not "70000"'],
  ['integer', '0', (r, n) => r.integer(n, { about, min: 1 }), 'of at least 1'],
  ['choice', 'NATS', (r, n) => r.choice(n, ['embedded', 'nats'], { about }), 'must be one of embedded, nats, not "NATS"'],
  ['flag', 'yes', (r, n) => r.flag(n, { about }), 'must be true or false, not "yes"'],
  ['flag', '1', (r, n) => r.flag(n, { about, default: false }), 'must be true or false'],
  ['duration', '5', (r, n) => r.durationMs(n, { about }), 'such as 250ms, 5s, 1m30s or 2h, not "5"'],
  ['duration', '30s1m', (r, n) => r.durationMs(n, { about }), 'must be a duration'],
  ['duration', '-5s', (r, n) => r.durationMs(n, { about }), 'must be a duration'],
  ['duration', '2m', (r, n) => r.durationMs(n, { about, maxMs: 60_000 }), 'of at most 1m'],
  ['address', 'localhost', (r, n) => r.address(n, { about }), 'must be host:port'],
  ['address', '::1:80', (r, n) => r.address(n, { about }), 'must be host:port'],
  ['address', 'localhost:0', (r, n) => r.address(n, { about }), 'from 1 to 65535'],
  ['address', 'localhost:65536', (r, n) => r.address(n, { about }), 'from 1 to 65535'],
  ['url', 'ftp://a', (r, n) => r.url(n, ['http', 'https'], { about }), 'starts with http:// or https://'],
  ['url', 'http://', (r, n) => r.url(n, ['http'], { about }), 'starts with http://'],
  ['url', 'http://a/?q=1', (r, n) => r.url(n, ['http'], { about }), 'without user, password, query or fragment'],
  ['list', 'a,,b', (r, n) => r.list(n, region, { about }), 'item 2 must be a region name'],
  ['list', 'a,b,a', (r, n) => r.list(n, region, { about }), 'item 3 repeats another'],
  ['map', 'us', (r, n) => r.map(n, { key: region, value: textForm({}) }, { about }), 'the key of pair 1 must be a region name'],
  ['map', 'us=a,us=b', (r, n) => r.map(n, { key: region, value: textForm({}) }, { about }), 'pair 2 repeats a key'],
  ['map', 'us=', (r, n) => r.map(n, { key: region, value: textForm({}) }, { about }), 'the value of pair 1 must be a text'],
];
test.each(bad)('a %s refuses %j and says what it accepts', (_kind, text, read, problem) => {
  const [fault, ...more] = faultsOf({ MINTMARK_X: text }, (reader) => read(reader, 'MINTMARK_X'));
  expect(fault).toMatch(/^MINTMARK_X: /);
  expect(fault).toContain(problem);
  expect(more).toEqual([]);
});

test('an empty value is a fault of its own, whatever the kind', () => {
  const faults = faultsOf({ MINTMARK_A: '', MINTMARK_B: '' }, (reader) => [
    reader.text('MINTMARK_A', { about, default: 'x' }),
    reader.integer('MINTMARK_B', { about, default: 1 }),
  ]);
  expect(faults).toEqual([
    'MINTMARK_A: is empty; unset it, or give a text without space at its ends',
    'MINTMARK_B: is empty; unset it, or give a whole number',
  ]);
});

test('all faults come at once, those of missing and unknown variables among them', () => {
  const reader = readEnvironment({ MINTMARK_PORT: 'http', MINTMARK_REGOIN: 'us', MINTMARK_SOMETHING_ELSE: '1', PATH: '/bin', UNRELATED: 'x' });
  reader.text('MINTMARK_REGION', { about: 'The region this process serves.' });
  reader.integer('MINTMARK_PORT', { about, min: 1 });
  let built = false;
  const finish = () =>
    reader.finish(() => {
      built = true;
    });
  expect(finish).toThrow(ConfigError);
  expect(finish).toThrow(
    [
      'the configuration has 4 faults',
      '  MINTMARK_REGION: is missing; must be a text without space at its ends: The region this process serves.',
      '  MINTMARK_PORT: must be a whole number of at least 1, not "http"',
      '  MINTMARK_REGOIN: is not a variable that is read here; did you mean MINTMARK_REGION?',
      '  MINTMARK_SOMETHING_ELSE: is not a variable that is read here',
    ].join('\n'),
  );
  expect(built).toBe(false);
});

test('defaults are taken as they are, optional variables may be absent', () => {
  const reader = readEnvironment({});
  const config = {
    port: reader.integer('MINTMARK_PORT', { about, default: 4646 }),
    peer: reader.text('MINTMARK_PEER', { about, default: undefined }),
    key: reader.secret('MINTMARK_KEY', { about, default: undefined }),
  };
  expect(reader.finish(() => config)).toEqual({ port: 4646, peer: undefined, key: undefined });
});

test('a fault that shows only when variables are seen together counts like any other, while building too', () => {
  expect(faultsOf({}, (reader) => reader.fault('MINTMARK_AUTHORITY', 'must be one of the regions'))).toEqual([
    'MINTMARK_AUTHORITY: must be one of the regions',
  ]);
  const reader = readEnvironment({});
  expect(() => reader.finish(() => reader.fault('MINTMARK_AUTHORITY', 'must be one of the regions'))).toThrow('MINTMARK_AUTHORITY');
});

test('variables of a branch that a refused choice kept from being read are not called unknown', () => {
  const read = (reader: EnvironmentReader): unknown => {
    const log = reader.choice('MINTMARK_LOG', ['embedded', 'nats'], { about });
    return log === 'nats' ? reader.url('MINTMARK_NATS_URL', ['nats'], { about }) : undefined;
  };
  expect(faultsOf({ MINTMARK_LOG: 'natz', MINTMARK_NATS_URL: 'nats://a' }, read)).toEqual(['MINTMARK_LOG: must be one of embedded, nats, not "natz"']);
  expect(faultsOf({ MINTMARK_LOG: 'embedded', MINTMARK_NATS_URL: 'nats://a' }, read)).toHaveLength(1);
  expect(faultsOf({ MINTMARK_LOG: 'nats', MINTMARK_NATS_URL: 'nats://a' }, read)).toEqual([]);
});

test('a variable that others read may be told', () => {
  const reader = readEnvironment({ MINTMARK_TOKEN: 'x' }, { alsoKnown: ['MINTMARK_TOKEN'] });
  expect(reader.finish(() => 1)).toBe(1);
});

test('reading one variable twice is a mistake of the program', () => {
  const reader = readEnvironment({});
  reader.flag('MINTMARK_A', { about, default: true });
  expect(() => reader.flag('MINTMARK_A', { about, default: true })).toThrow('MINTMARK_A is read twice');
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a secret comes from its variable or from a file, and is shown nowhere', async () => {
  const path = join(folder, 'key');
  await writeFile(path, 'canary-in-file\n');
  const reader = readEnvironment({ MINTMARK_A: 'canary-in-variable', MINTMARK_B_FILE: path });
  const [a, b] = [reader.secret('MINTMARK_A', { about }), reader.secret('MINTMARK_B', { about })];
  expect([a.reveal(), b.reveal()]).toEqual(['canary-in-variable', 'canary-in-file']);
  const shown = [String(a), `${a}`, JSON.stringify({ a }), inspect({ a }, { depth: 9, showHidden: true }), JSON.stringify(reader.describe())];
  for (const text of shown) expect(text).not.toContain('canary');
  expect(reader.finish(() => a)).toBe(a);
});

test('a secret’s faults name the variable and the form, never the value', async () => {
  const path = join(folder, 'short');
  await writeFile(path, 'canary2\n');
  const spec = { about, pattern: /^[0-9a-f]{64}$/, accepts: '64 hex digits' };
  const env = {
    MINTMARK_A: 'canary1',
    MINTMARK_B_FILE: path,
    MINTMARK_C: 'canary3',
    MINTMARK_C_FILE: path,
    MINTMARK_D_FILE: join(folder, 'none'),
    MINTMARK_F: '',
  };
  const faults = faultsOf(env, (reader) => ['A', 'B', 'C', 'D', 'E', 'F'].map((letter) => reader.secret(`MINTMARK_${letter}`, spec)));
  expect(faults).toEqual([
    'MINTMARK_A: must be 64 hex digits (its value is not shown)',
    'MINTMARK_B_FILE: must be 64 hex digits (its value is not shown)',
    'MINTMARK_C: is given together with MINTMARK_C_FILE; keep one of the two',
    `MINTMARK_D_FILE: names a file that cannot be read (ENOENT): ${JSON.stringify(join(folder, 'none'))}`,
    'MINTMARK_E: is missing (or MINTMARK_E_FILE); must be 64 hex digits: What it is for.',
    'MINTMARK_F: must be 64 hex digits (its value is not shown)',
  ]);
  expect(faults.join()).not.toContain('canary');
});

test('a password in a URL is a fault that does not repeat it', () => {
  const faults = faultsOf({ MINTMARK_X: 'redis://user:canary@host:1' }, (reader) => reader.url('MINTMARK_X', ['redis'], { about }));
  expect(faults).toEqual(['MINTMARK_X: must be a URL without user and password: they belong into variables of their own']);
});

test('the table of variables has one row each, in the order of reading, with defaults as they are written', () => {
  const reader = readEnvironment({});
  reader.address('MINTMARK_HTTP', { about: 'Where.', default: { host: '::1', port: 4646 } });
  reader.durationMs('MINTMARK_WAIT', { about: 'How long.', default: 90_000 });
  reader.text('MINTMARK_NAME', { about: 'Who.' });
  reader.secret('MINTMARK_KEY', { about: 'Secret.', default: undefined });
  reader.map('MINTMARK_PEERS', { key: region, value: urlForm(['http']) }, { about: 'Peers.', default: new Map([['us', new URL('http://a/')]]) });
  expect(reader.describe()).toMatchObject([
    { name: 'MINTMARK_HTTP', otherwise: '[::1]:4646', about: 'Where.', secret: false },
    { name: 'MINTMARK_WAIT', otherwise: '1m30s' },
    { name: 'MINTMARK_NAME', otherwise: 'required' },
    { name: 'MINTMARK_KEY', otherwise: 'optional', secret: true },
    { name: 'MINTMARK_PEERS', otherwise: 'us=http://a/' },
  ]);
});

test('a written duration is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (ms) => {
      expect(durationForm({}).parse(formatDuration(ms))).toEqual({ ok: true, value: ms });
    }),
  );
});

test('an empty secret does not pass for one', () => {
  expect(String(new Secret(''))).toBe('[secret]');
  expect(faultsOf({ MINTMARK_A: '' }, (reader) => reader.secret('MINTMARK_A', { about, default: undefined }))).toHaveLength(1);
});
