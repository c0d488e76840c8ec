import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLogger, type LogFields, type LogLevel } from './index.ts';

const CANARY = 'canary-7f3a91';

function logTo(lines: string[], level: LogLevel = 'debug') {
  return createLogger({ service: 'issuer', region: 'us-east', level, destination: { write: (line) => lines.push(line) } });
}

/** The one line that logging these fields makes, parsed. */
function logged(fields: LogFields, message = 'something happened'): Record<string, unknown> {
  const lines: string[] = [];
  logTo(lines).info(fields, message);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[^\n]*\n$/);
  return JSON.parse(lines[0] ?? '');
}

test('an event is one JSON line with time, level, service, region, fields and message', () => {
  const line = logged({
    event: 'token_created',
    requestId: 'r1',
    count: 3,
    big: 12n,
    when: new Date(0),
    bytes: Buffer.from('abc'),
    set: new Set([1]),
    map: new Map([['a', 1]]),
  });
  expect(line).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    service: 'issuer',
    region: 'us-east',
    event: 'token_created',
    request_id: 'r1',
    count: 3,
    big: '12',
    when: '1970-01-01T00:00:00.000Z',
    bytes: '<3 bytes>',
    set: [1],
    map: { a: 1 },
    message: 'something happened',
  });
});

const SECRET_NAMES = [
  'secret',
  'SecretID',
  'clientSecret',
  'password',
  'passwd',
  'passphrase',
  'Authorization',
  'credential',
  'mintmark-credential',
  'cookie',
  'set-cookie',
  'x-nomad-token',
  'ApprendaSessionToken',
  'token',
  'accessTokens',
  'apiKey',
  'private_key',
  'bearer',
  'jwt',
  'sealingKey',
];

test.each(SECRET_NAMES)('what is called %s is never written, however deep and in whatever form', (name) => {
  fc.assert(
    fc.property(
      fc.constantFrom<unknown>(CANARY, [CANARY], { inner: CANARY }, Buffer.from(CANARY)),
      fc.array(fc.constantFrom('list', 'object', 'map'), { maxLength: 4 }),
      (value, wraps) => {
        let fields: unknown = { [name]: value };
        for (const wrap of wraps) fields = wrap === 'list' ? { list: [fields] } : wrap === 'map' ? { map: new Map([['key', fields]]) } : { member: fields };
        const lines: string[] = [];
        const logger = logTo(lines);
        logger.info(fields as LogFields, 'event');
        logger.child(fields as LogFields).warn({}, 'event');
        expect(lines.join('')).not.toContain(CANARY);
        expect(lines).toHaveLength(2);
      },
    ),
    { numRuns: 25 },
  );
});

test('counts and absences under such names stay readable', () => {
  expect(logged({ tokens: 5, token: undefined, secret: null, hasPassword: true })).toMatchObject({ tokens: 5, secret: null, has_password: true });
  expect(logged({ password: 1234 })).toMatchObject({ password: '[redacted]' });
});

test('a credential inside a text is cut out of fields, messages and errors', () => {
  const header = `Bearer ${CANARY}`;
  const lines: string[] = [];
  logTo(lines).error({ note: header, error: new Error(`refused ${header}`, { cause: new Error(header) }) }, `basic ${CANARY} refused`);
  expect(lines.join('')).not.toContain(CANARY);
});

test('an error shows type, code, message, stack and cause, and nothing a driver hung onto it', () => {
  const error = Object.assign(new TypeError('outer', { cause: new Error('inner') }), { code: 'unavailable', command: { args: [CANARY] } });
  const line = logged({ error });
  expect(line.error).toMatchObject({
    type: 'TypeError',
    message: 'outer',
    code: 'unavailable',
    stack: expect.stringContaining('outer'),
    cause: { type: 'Error', message: 'inner' },
  });
  expect(JSON.stringify(line)).not.toContain(CANARY);
});

test('no input makes a second line, a second member of one name, or drives a terminal', () => {
  const evil = 'a\n{"level":"error"}\r\u001b[31m\u009b31m\u2028\u0000';
  const lines: string[] = [];
  logTo(lines).info({ [evil]: evil, service: 'forged', level: 'forged', time: 'forged', message: 'forged', region: 'forged', ['__proto__']: 'own' }, evil);
  expect(lines).toHaveLength(1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
  expect(lines[0]?.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
  for (const name of ['level', 'time', 'service', 'region', 'message']) expect(lines[0]?.split(`"${name}":`)).toHaveLength(2);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', service: 'issuer', region: 'us-east', service_: 'forged' });
});

test('texts, lists and depth are bounded', () => {
  let deep: unknown = 'bottom';
  for (let level = 0; level < 100; level += 1) deep = { deep };
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const lines: string[] = [];
  logTo(lines).info(
    {
      text: 'x'.repeat(1_000_000),
      list: Array(10_000).fill('item'),
      deep,
      cyclic,
      members: Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`m${n}`, n])),
    },
    'y'.repeat(1_000_000),
  );
  expect(lines[0]?.length).toBeLessThan(20_000);
});

test('logging never throws', () => {
  const hostile = {
    get trap(): never {
      throw new Error('trap');
    },
  };
  expect(logged({ hostile })).toMatchObject({ hostile: '[unreadable]' });
  const broken = createLogger({
    service: 'a',
    region: 'b',
    level: 'info',
    destination: {
      write() {
        throw new Error('disk full');
      },
    },
  });
  expect(() => broken.info({}, 'event')).not.toThrow();
});

test('lines below the level are not written, and a child keeps its fields', () => {
  const lines: string[] = [];
  const logger = logTo(lines, 'warn').child({ request_id: 'r1' });
  logger.debug({}, 'no');
  logger.info({}, 'no');
  logger.warn({}, 'yes');
  logTo(lines, 'silent').error({}, 'no');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'warn', request_id: 'r1', message: 'yes' }]);
});
