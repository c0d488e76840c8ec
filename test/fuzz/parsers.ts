import { decodeRecord, encodeRecord, MalformedRecord, parsePersonCredential, recordWire, validator, issuer } from '@mintmark/contract';
import { formatDuration, formatFreshness, formatTime, keyText, type MintRecord, NO_REVISION, parseDuration, parseFqn, parseFreshness, parseKey, parseSessionToken, parseTime } from '@mintmark/domain';
import { readClientKeys, readPlatforms } from '@mintmark/keys/assertions';
import { createTokenVerifier } from '@mintmark/keys/jwt';
import { parseSecret } from '@mintmark/keys/secrets';
import { aPolicy, aRole, aToken, gone } from '@mintmark/log/conformance';
import { parseName, readRules } from '@mintmark/policy';
import { ViewError } from '@mintmark/view';
import { batchOf, watermarkOf } from '@mintmark/view/redis';

/** A parser, what it reads well, and what must hold of whatever it is given. */
export interface Target {
  readonly name: string;
  readonly seeds: readonly (string | Uint8Array)[];
  /** Throws where the parser does: a declared refusal is caught in here. */
  readonly run: (input: Buffer) => void | Promise<void>;
  /** Whether another process does the work. */
  readonly elsewhere?: true;
}

function text(name: string, seeds: readonly string[], run: (text: string) => void | Promise<void>): Target {
  return { name, seeds, run: (input) => run(input.toString()) };
}

function same(one: unknown, other: unknown): void {
  if (one !== other) throw new Error(`what was read does not read the same again: ${String(one)} and ${String(other)}`);
}

const [SPACE, LF] = [0x20, 0x0a];

function splitAt(input: Buffer, byte: number): Buffer[] {
  const at = input.indexOf(byte);
  return at === -1 ? [input] : [input.subarray(0, at), ...splitAt(input.subarray(at + 1), byte)].slice(0, 8);
}

/** What lies in Redis and cannot be read is told as such. */
function read(reading: () => unknown): void {
  try {
    reading();
  } catch (error) {
    if (!(error instanceof ViewError)) throw error;
  }
}

const JSON_KEYS = JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'a', alg: 'EdDSA', use: 'sig' }] });
const PLATFORMS = JSON.stringify([{ issuer: 'https://kubernetes.default.svc', audience: 'mintmark', jwks: JSON.parse(JSON_KEYS), jobs: { 'system:serviceaccount:default:shop': 'job::/shop::web' } }]);
const HEADER = Buffer.from('{"alg":"EdDSA","typ":"at+jwt","kid":"a"}').toString('base64url');
const CLAIMS = Buffer.from('{"iss":"https://us.example","sub":"client:x","aud":["api"],"exp":9999999999,"iat":1,"jti":"j","client_id":"x"}').toString('base64url');

const verifier = createTokenVerifier({ issuer: 'https://us.example', audiences: ['api'], skew: { earlyMs: 0, lateMs: 0 }, find: () => undefined });

export const TARGETS: readonly Target[] = [
  {
    name: 'records of the log',
    seeds: [aToken(), aPolicy(), aRole(), gone(aToken())].map((record) => encodeRecord(record as MintRecord)),
    run(input) {
      try {
        const record = decodeRecord(input, NO_REVISION) as MintRecord;
        decodeRecord(encodeRecord(record), NO_REVISION);
      } catch (error) {
        if (!(error instanceof MalformedRecord)) throw error;
      }
    },
  },
  {
    name: 'entries of the feed',
    seeds: ['812-0 c +gtoken/5b8b9a3e-0000-4000-8000-000000000001', '813-0 c -lsession/a.b', '814-1 h 812 812 1767225600000 AAAAAAAAAAAAAAAAAAAAAA us-east'],
    run: (input) => {
      const [id = Buffer.alloc(0), field = Buffer.alloc(0), ...value] = splitAt(input, SPACE);
      read(() => batchOf([[id, [field, Buffer.concat(value)]]], { cursor: '0-0', through: NO_REVISION }));
    },
  },
  {
    name: 'the state of a view',
    seeds: ['epoch\nus-east AAAAAAAAAAAAAAAAAAAAAA\n812\nrun\n812 812 1767225600000 AAAAAAAAAAAAAAAAAAAAAA us-east'],
    run: (input) => read(() => watermarkOf(splitAt(input, LF), 'run')),
  },
  {
    name: 'gRPC messages',
    seeds: [
      validator.ValidateRequest.encode({ credential: { dialect: 'acl', value: '5b8b9a3e-0000-4000-8000-000000000001' }, freshness: 'us:i:1', strict: true }).finish(),
      issuer.Coverage.encode({ validatorId: 'v', covered: 7 }).finish(),
      encodeRecord(aToken()),
    ],
    run(input) {
      for (const message of [validator.ValidateRequest, validator.BatchAuthorizeRequest, validator.WatchRevocationsRequest, issuer.UpsertTokenRequest, recordWire.Record]) {
        try {
          message.decode(input);
        } catch (error) {
          // `RangeError`: the bytes end too early.
          if (!(error instanceof Error) || error instanceof TypeError) throw error;
        }
      }
    },
  },
  text('keys of records', ['g.token.5b8b9a3e-0000-4000-8000-000000000001', 'l.one_time_token.=YWJj', 'g.policy.readers'], (input) => {
    const key = parseKey(input);
    if (key !== undefined) same(keyText(key), input);
  }),
  text('freshness', ['us-east:AAAAAAAAAAAAAAAAAAAAAA:812'], (input) => {
    const freshness = parseFreshness(input);
    if (freshness === undefined) return;
    const written = formatFreshness(freshness);
    same(formatFreshness(parseFreshness(written) ?? freshness), written);
  }),
  text('durations', ['10h', '1m30s', '250ms', '-1.5h', '1h2m3.004s'], (input) => {
    const parsed = parseDuration(input);
    if (parsed.ok) {
      const again = parseDuration(formatDuration(parsed.ns));
      if (!again.ok || again.ns !== parsed.ns) throw new Error(`a duration that does not read the same again: ${input}`);
    }
  }),
  text('times', ['2026-01-02T03:04:05.678901234Z', '2026-01-02T03:04:05+02:00'], (input) => {
    const at = parseTime(input);
    if (at !== undefined) same(parseTime(formatTime(at)), at);
  }),
  text('names of resources', ['job::/sandbox/admin::mycaptoken', 'policy::/readers', 'namespace::/default'], (input) => {
    parseName(input);
    parseFqn(input);
  }),
  text('policy texts', ['on job::/ { { permit read, issue } if (auth_server@apcera.me->name == "tom") { permit all } }', 'namespace "default" { policy = "read" }'], (input) => void readRules(input)),
  text('opaque secrets', ['mmpersonal_us-east_812_0123456789012345678901234567890123456789abc_abcdef', '00000000-0000-4000-8000-000000000001|00000000-0000-4000-8000-000000000002'], (input) => {
    parseSecret(input);
    parseSessionToken(input);
    parsePersonCredential(input);
  }),
  text('signed tokens', [`${HEADER}.${CLAIMS}.${'A'.repeat(86)}`, `${HEADER}..`], async (input) => {
    const result = await verifier(input, 0);
    if (result.ok) throw new Error('a token without a key was verified');
  }),
  text('key sets and platforms', [JSON_KEYS, PLATFORMS], (input) => {
    let value: unknown;
    try {
      value = JSON.parse(input);
    } catch {
      return;
    }
    readClientKeys(value);
    readPlatforms(value);
  }),
];
