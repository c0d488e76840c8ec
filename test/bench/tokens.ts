import { randomBytes } from 'node:crypto';
import { digestOf, type LiveRecord, NO_REVISION, type Scope, tokenHash, uuidFrom } from '@mintmark/domain';

/** As long as a sealed UUID is; nobody opens these. */
const SEALED = randomBytes(1 + 4 + 12 + 36 + 16);
/** Nobody compares these. */
const HASH = randomBytes(32);
const WRITE_ID = randomBytes(16).toString('base64url');
export const CREATED = '2026-01-02T03:04:05.123456789Z';
const POLICIES = ['readonly', 'deploy'] as const;

/** The secret of the token with this number, the same in every process. */
export function secretOf(number: number): string {
  return uuidOf(number, 1);
}

export function accessorOf(number: number): string {
  return uuidOf(number, 2);
}

/** Spread well over all 128 bits, and made in a moment: a million of these are needed. */
function uuidOf(number: number, purpose: number): string {
  for (let word = 0; word < 4; word += 1) {
    let bits = Math.imul(number * 8 + purpose + 1, 0x9e3779b1) ^ Math.imul(word + 1, 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
    bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
    WORDS.setInt32(4 * word, bits ^ (bits >>> 16));
  }
  return uuidFrom(new Uint8Array(WORDS.buffer));
}

const WORDS = new DataView(new ArrayBuffer(16));

/** A token as an issuer writes it. Number 0 is a management token. Logs want a write id of its own for each. */
export function tokenOf(number: number, scope: Scope = 'local', writeId: string = WRITE_ID): LiveRecord<'token'> {
  const name = `bench-${number}`;
  const type = number === 0 ? 'management' : 'client';
  const policies = number === 0 ? null : POLICIES;
  return {
    kind: 'token',
    id: accessorOf(number),
    scope,
    createIndex: NO_REVISION,
    writeId,
    deleted: false,
    body: {
      secret: { digest: digestOf(secretOf(number)), sealed: SEALED },
      name,
      type,
      policies,
      roleIds: [],
      hash: number < 2 ? tokenHash({ name, type, policies, scope, roleIds: [] }) : HASH,
      createTime: CREATED,
      expirationTime: null,
      expirationTtl: 0,
    },
  };
}

/** A token that no log has yet. */
export function newToken(scope: Scope = 'local'): LiveRecord<'token'> {
  const record = tokenOf(2, scope, randomBytes(16).toString('base64url'));
  const secret = { ...record.body.secret, digest: randomBytes(32).toString('hex') };
  return { ...record, id: uuidFrom(randomBytes(16)), body: { ...record.body, secret } };
}
