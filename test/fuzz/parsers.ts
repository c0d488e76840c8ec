import { decodeRecord, encodeRecord, MalformedRecord, parsePersonCredential, personCredential, recordWire, validator, issuer } from '@mintmark/contract';
import { formatDuration, formatFreshness, formatTime, keyText, type MintRecord, NO_REVISION, parseDuration, parseFqn, parseFreshness, parseKey, parseSessionToken, parseTime, Refusal, revision, sessionToken, shownSessionToken } from '@mintmark/domain';
import { readClientKeys, readPlatforms } from '@mintmark/keys/assertions';
import { createReplayMemory } from '@mintmark/keys';
import { createProofVerifier, PROOF_WINDOW } from '@mintmark/keys/dpop';
import { createTokenVerifier, verificationKey } from '@mintmark/keys/jwt';
import { mintSecret, parseSecret } from '@mintmark/keys/secrets';
import { aPolicy, aRole, aToken, gone } from '@mintmark/log/conformance';
import { parseName, readRules } from '@mintmark/policy';
import { LogError } from '@mintmark/log';
import { readFacts, readMark } from '@mintmark/log/nats';
import { FILTERABLE, cursorOf, parametersOf, readFilter, readQueryOf, startOf } from '@mintmark/validator/parsers';
import { ViewError } from '@mintmark/view';
import { batchOf, watermarkOf } from '@mintmark/view/redis';
import { type Target, text } from './target.ts';

function same(one: unknown, other: unknown): void {
  if (one !== other) throw new Error(`what was read does not read the same again: ${String(one)} and ${String(other)}`);
}

const [SPACE, LF] = [0x20, 0x0a];

function splitAt(input: Buffer, byte: number): Buffer[] {
  const at = input.indexOf(byte);
  return at === -1 ? [input] : [input.subarray(0, at), ...splitAt(input.subarray(at + 1), byte)].slice(0, 8);
}

/** What cannot be read is told in the class that was declared for it. */
function read(refusal: new (...about: never[]) => Error, reading: () => unknown): unknown {
  try {
    return reading();
  } catch (error) {
    if (!(error instanceof refusal)) throw error;
    return error;
  }
}

/** Three lines are the parts of a signed token; anything else is one as it stands. */
function compact(input: Buffer): string {
  const parts = splitAt(input, LF);
  return parts.length === 3 ? parts.map((part) => part.toString('base64url')).join('.') : input.toString();
}

const UUID = '5b8b9a3e-0000-4000-8000-000000000001';
const SECRETS = [
  mintSecret({ kind: 'personal', region: 'us-east', index: revision(812) }, (count) => Buffer.alloc(count, 7)),
  sessionToken(UUID, UUID),
  shownSessionToken(sessionToken(UUID, UUID), 'link'),
  personCredential({ kind: 'session', token: sessionToken(UUID, UUID) }),
  personCredential({ kind: 'basic', username: 'a', password: 'b', account: 'c' }),
];
const JSON_KEYS = JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'a', alg: 'EdDSA', use: 'sig' }] });
const PLATFORMS = JSON.stringify([{ issuer: 'https://kubernetes.default.svc', audience: 'mintmark', jwks: JSON.parse(JSON_KEYS), jobs: { 'system:serviceaccount:default:shop': 'job::/shop::web' } }]);
const JWK = '{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}';
const SIGNATURE = 's'.repeat(64);
const TOKEN = ['{"alg":"EdDSA","typ":"at+jwt","kid":"a"}', '{"iss":"https://us.example","sub":"client:x","aud":["api"],"exp":100,"iat":1,"nbf":1,"jti":"j","client_id":"x"}', SIGNATURE].join('\n');
const PROOF = [`{"typ":"dpop+jwt","alg":"ES256","jwk":${JWK}}`, '{"jti":"a-b-c-d","htm":"POST","htu":"https://us.example/oauth2/token","iat":1}', SIGNATURE].join('\n');
const PROVED = { method: 'POST', uri: 'https://us.example/oauth2/token' };

const KEY = verificationKey({
  kid: 'a',
  region: 'us-east',
  sequence: 1,
  algorithm: 'EdDSA',
  publicJwk: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
  createdAt: 0,
  maxTokenLifetimeMs: 3_600_000,
  state: 'active',
  activeFrom: 0,
});
const verifier = createTokenVerifier({ issuer: 'https://us.example', audiences: ['api'], skew: { earlyMs: 0, lateMs: 0 }, find: (kid) => (kid === 'a' ? KEY : undefined) });
const prove = createProofVerifier({ ...PROOF_WINDOW, replay: createReplayMemory({ max: 10 }) });

/** Rows as token listings filter them. */
const ROWS = [
  { Name: 'a', Type: 'client', Policies: ['b'], Roles: [{ ID: 'r', Name: 'c' }], Global: true, ExpirationTime: '2026-01-02T03:04:05.5Z', ExpirationTTL: '1h30m0s', CreateIndex: 12 },
  { Name: '', Type: 'management', Policies: null, Roles: null, Global: false, ExpirationTime: null, ExpirationTTL: '', CreateIndex: 1 },
];

export const TARGETS: readonly Target[] = [
  {
    name: 'records of the log',
    seeds: [aToken(), aPolicy(), aRole(), gone(aToken())].map((record) => encodeRecord(record as MintRecord)),
    run(input) {
      return read(MalformedRecord, () => {
        const record = decodeRecord(input, NO_REVISION) as MintRecord;
        decodeRecord(encodeRecord(record), NO_REVISION);
        return record;
      });
    },
  },
  {
    name: 'entries of the feed',
    seeds: ['812-0 c +gtoken/5b8b9a3e-0000-4000-8000-000000000001', '813-0 c -lsession/a.b', '814-1 h 812 812 1767225600000 AAAAAAAAAAAAAAAAAAAAAA us-east'],
    run: (input) => {
      const [id = Buffer.alloc(0), field = Buffer.alloc(0), ...value] = splitAt(input, SPACE);
      return read(ViewError, () => batchOf([[id, [field, Buffer.concat(value)]]], { cursor: '0-0', through: NO_REVISION }));
    },
  },
  {
    name: 'the state of a view',
    seeds: ['epoch\nus-east AAAAAAAAAAAAAAAAAAAAAA\n812\nrun\n812 812 1767225600000 AAAAAAAAAAAAAAAAAAAAAA us-east'],
    run: (input) => read(ViewError, () => watermarkOf(splitAt(input, LF), 'run')),
  },
  {
    name: 'gRPC messages',
    seeds: [
      validator.ValidateRequest.encode({ credential: { dialect: 'acl', value: '5b8b9a3e-0000-4000-8000-000000000001' }, freshness: 'us:i:1', strict: true }).finish(),
      issuer.Coverage.encode({ validatorId: 'v', covered: 7 }).finish(),
      encodeRecord(aToken()),
    ],
    run(input) {
      return [validator.ValidateRequest, validator.BatchAuthorizeRequest, validator.WatchRevocationsRequest, issuer.UpsertTokenRequest, recordWire.Record].map((message) => {
        try {
          return message.decode(input);
        } catch (error) {
          // `RangeError`: the bytes end too early.
          if (!(error instanceof Error) || error instanceof TypeError) throw error;
          return error;
        }
      });
    },
  },
  text('keys of records', ['g.token.5b8b9a3e-0000-4000-8000-000000000001', 'l.one_time_token.=YWJj', 'g.policy.readers'], (input) => {
    const key = parseKey(input);
    if (key !== undefined) same(keyText(key), input);
    return key;
  }),
  text('freshness', ['us-east:AAAAAAAAAAAAAAAAAAAAAA:812'], (input) => {
    const freshness = parseFreshness(input);
    if (freshness === undefined) return undefined;
    const written = formatFreshness(freshness);
    same(formatFreshness(parseFreshness(written) ?? freshness), written);
    return freshness;
  }),
  text('durations', ['10h', '1m30s', '250ms', '-1.5h', '1h2m3.004s'], (input) => {
    const parsed = parseDuration(input);
    if (parsed.ok) {
      const again = parseDuration(formatDuration(parsed.ns));
      if (!again.ok || again.ns !== parsed.ns) throw new Error(`a duration that does not read the same again: ${input}`);
    }
    return parsed;
  }),
  text('times', ['2026-01-02T03:04:05.678901234Z', '2026-01-02T03:04:05+02:00'], (input) => {
    const at = parseTime(input);
    if (at !== undefined) same(parseTime(formatTime(at)), at);
    return at;
  }),
  text('names of resources', ['job::/sandbox/admin::mycaptoken', 'policy::/readers', 'namespace::/default'], (input) => [parseName(input), parseFqn(input)]),
  text('policy texts', ['on job::/ { { permit read, issue } if (auth_server@apcera.me->name == "tom") { permit all } }', 'namespace "default" { policy = "read" }'], readRules),
  text('opaque secrets', SECRETS, (input) => [
    parseSecret(input),
    parseSessionToken(input),
    parsePersonCredential(input),
  ]),
  {
    name: 'signed tokens',
    seeds: [TOKEN, compact(Buffer.from(TOKEN)), `${compact(Buffer.from(TOKEN)).split('.')[0]}..`],
    async run(input) {
      const result = await verifier(compact(input), 2_000);
      if (result.ok) throw new Error('a token that nobody signed was verified');
      return result;
    },
  },
  {
    name: 'proofs of possession',
    seeds: [PROOF, compact(Buffer.from(PROOF))],
    async run(input) {
      const result = await prove(compact(input), PROVED, 2_000);
      if (result.ok) throw new Error('a proof that nobody signed was taken');
      return result;
    },
  },
  text('key sets and platforms', [JSON_KEYS, PLATFORMS], (input) => {
    let value: unknown;
    try {
      value = JSON.parse(input);
    } catch {
      return undefined;
    }
    return [readClientKeys(value), readPlatforms(value)];
  }),
  text('filters', ['Name == "a" and "b" in Policies or not (Type matches "c.*")', 'Roles.0.Name is not empty', 'ExpirationTime == `2026-01-02T03:04:05.5Z`', 'ExpirationTTL contains 1h', 'CreateIndex != 12 or Global == true'], (input) =>
    read(Refusal, () => ROWS.map(readFilter(input, FILTERABLE))),
  ),
  text('queries and cursors', ['prefix=5b&per_page=2&next_token=12.5b8b9a3e-0000-4000-8000-000000000001&reverse=true', 'index=1&wait=1m&stale&consistent=&global=true', 'filter=Name+%3D%3D+%22a%22'], (input) =>
    read(Refusal, () => {
      const query = readQueryOf(parametersOf(`/?${input}`));
      for (const order of ['created', 'id'] as const) {
        const start = startOf(query.nextToken, order, query.reverse);
        if (start.at === 'created' && start.id !== '') same(JSON.stringify(startOf(cursorOf(order, start), order, query.reverse)), JSON.stringify(start));
      }
      return [query, startOf(query.nextToken, 'created', query.reverse)];
    }),
  ),
  text('facts of a log', ['{"mintmark":1,"incarnation":"AAAAAAAAAAAAAAAAAAAAAA","base":812,"rewritten":true}', '{"compacted":7,"before":{"sequence":8,"head":6}}'], (input) => [read(LogError, () => readFacts(input)), readMark(input, 9)]),
];
