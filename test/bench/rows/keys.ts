import { hash as sha256, randomBytes } from 'node:crypto';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '@mintmark/domain';
import { createSealer } from '@mintmark/keys';
import { createTokenVerifier, type Signer, signAccessToken, type TokenVerifier, VerifiedTokens, verificationKey } from '@mintmark/keys/jwt';
import { createPasswordHasher } from '@mintmark/keys/passwords';
import { generateSigningKey, openPrivateHalf, sealPrivateHalf } from '@mintmark/keys/signing';
import { hash as argon2, verify as argon2Verify } from '@node-rs/argon2';
import { CompactSign, jwtVerify } from 'jose';
import type { Load } from '../measure/generators.ts';
import { type Contender, interleaved } from '../measure/paired.ts';
import type { Run } from '../run.ts';
import { rateRow, type Row } from '../table.ts';

const ROUND_MS = 1_000;
const AT_ONCE = 16;
/** As many as the row gives the hasher. */
const HASHES_AT_ONCE = 2;
const ISSUER = 'https://mint.example';
const AUDIENCE = 'https://api.example';
const PASSWORD = 'correct horse battery staple';

/** Signatures, their verification and password checks in one process, each beside the library under it with the same key, token or hash. */
export async function keysRows({ rounds }: Run): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const algorithm of SIGNING_ALGORITHMS) rows.push(...(await tokenRows(algorithm, rounds)));
  return [...rows, await passwordRow(rounds)];
}

async function tokenRows(algorithm: SigningAlgorithm, rounds: number): Promise<readonly Row[]> {
  const signer = await aSigner(algorithm);
  const known = verificationKey(signer.key);
  const verify = createTokenVerifier({
    issuer: ISSUER,
    audiences: [AUDIENCE],
    skew: { earlyMs: 0, lateMs: 0 },
    find: (kid) => (kid === known.key.kid ? known : undefined),
  });
  const token = await tokenOf(signer);
  const { sign, bareSign, first, bareFirst, again, bareAgain } = await interleaved(
    {
      sign: loop(AT_ONCE, () => tokenOf(signer)),
      bareSign: loop(AT_ONCE, () => bareToken(signer)),
      first: loop(AT_ONCE, () => good(verify, token)),
      bareFirst: loop(AT_ONCE, () => jwtVerify(token, known.publicKey, { issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt', algorithms: [algorithm] })),
      again: await remembered(verify, token),
      bareAgain: lookedUp(token),
    },
    rounds,
  );
  return [
    rateRow(`sign an access token, ${algorithm}, vs bare jose`, sign, bareSign, '/s', 0.8),
    rateRow(`verify an access token, ${algorithm}, first time, vs bare jose`, first, bareFirst, '/s', 0.8),
    rateRow(`verify it again (${algorithm}), vs its SHA-256 and a Map`, again, bareAgain, '/s'),
  ];
}

/** 19 MiB, two passes: a check with two under way, beside the bare library. */
async function passwordRow(rounds: number): Promise<Row> {
  const hasher = createPasswordHasher({ random: randomBytes, threads: HASHES_AT_ONCE, queue: 64 });
  const stored = await argon2(PASSWORD);
  const { ours, bare } = await interleaved(
    {
      ours: loop(HASHES_AT_ONCE, () => hasher.verify(PASSWORD, stored)),
      bare: loop(HASHES_AT_ONCE, () => argon2Verify(stored, PASSWORD)),
    },
    rounds,
  );
  return rateRow('check a password, Argon2id, vs bare @node-rs/argon2', ours, bare, '/s', 0.9);
}

/** Calls of this process, so many at a time. */
export function loop(atOnce: number, call: () => Promise<unknown>): Contender {
  return {
    pid: process.pid,
    async load(): Promise<Load> {
      const began = performance.now();
      let count = 0;
      const worker = async (): Promise<void> => {
        for (; performance.now() - began < ROUND_MS; count += 1) await call();
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
      return { rate: (count / (performance.now() - began)) * 1_000, count };
    },
  };
}

/** As `loop`, for what answers at once: the clock is read once in a while. */
function tightLoop(call: () => void): Contender {
  return {
    pid: process.pid,
    async load(): Promise<Load> {
      const began = performance.now();
      let count = 0;
      for (; performance.now() - began < ROUND_MS; count += 1_000) for (let at = 0; at < 1_000; at += 1) call();
      return { rate: (count / (performance.now() - began)) * 1_000, count };
    },
  };
}

async function remembered(verify: TokenVerifier, token: string): Promise<Contender> {
  const tokens = new VerifiedTokens(verify, { max: 1_000 });
  await good((text, now) => tokens.verify(text, now), token);
  return tightLoop(() => {
    if (tokens.peek(token, Date.now()) === undefined) throw new Error('the token was forgotten');
  });
}

function lookedUp(token: string): Contender {
  const held = new Map([[sha256('sha256', token, 'hex'), true]]);
  return tightLoop(() => {
    if (held.get(sha256('sha256', token, 'hex')) === undefined) throw new Error('the token is not there');
  });
}

async function good(verify: TokenVerifier, token: string): Promise<void> {
  const result = await verify(token, Date.now());
  if (!result.ok) throw new Error(`the token is refused: ${result.reason}`);
}

async function aSigner(algorithm: SigningAlgorithm): Promise<Signer> {
  const sealer = createSealer([randomBytes(32)], randomBytes);
  const request = { region: 'us-east', sequence: 1, algorithm, now: Date.now(), maxTokenLifetimeMs: 86_400_000 };
  const { key, privateHalf } = await generateSigningKey(request, randomBytes);
  const privateKey = openPrivateHalf(sealer, key.kid, sealPrivateHalf(sealer, key.kid, privateHalf));
  return { key: { ...key, state: 'active', activeFrom: key.createdAt }, privateKey };
}

function claims() {
  const iat = Math.floor(Date.now() / 1_000);
  const more = { type: 'API_CLIENT', id: 'afe41389-2e63-442a-ace6-12c594ae8c68', acctName: 'e2e-customer' };
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    exp: iat + 3_600,
    jti: 'OkpduCvgnH7p2gn2w80TmA',
    iat,
    nbf: iat - 120,
    sub: 'TestApiClient',
    ...more,
    client_id: 'TestApiClient',
  };
}

async function tokenOf(signer: Signer): Promise<string> {
  const result = await signAccessToken(signer, claims(), Date.now());
  if (!result.ok) throw new Error(`not signed: ${result.reason}`);
  return result.token;
}

function bareToken({ key, privateKey }: Signer): Promise<string> {
  const header = { kid: key.kid, alg: key.algorithm, typ: 'at+jwt' };
  return new CompactSign(Buffer.from(JSON.stringify(claims()))).setProtectedHeader(header).sign(privateKey);
}
