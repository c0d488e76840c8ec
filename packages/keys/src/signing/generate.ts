import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { SigningAlgorithm } from '@mintmark/domain';
import { calculateJwkThumbprint } from 'jose';
import type { Sealer } from '../sealing.ts';
import { GENERATORS } from './algorithms.ts';
import type { PlannedKey, PublicJwk } from './key.ts';

export interface KeyRequest {
  readonly region: string;
  /** As the step that asks for the key says. */
  readonly sequence: number;
  readonly algorithm: SigningAlgorithm;
  /** Milliseconds since the epoch: becomes `createdAt`. */
  readonly now: number;
  /** See `SigningKeyFacts`. */
  readonly maxTokenLifetimeMs: number;
}

export interface GeneratedKey {
  readonly key: PlannedKey;
  /** PKCS #8, DER. For `sealPrivateHalf` and nothing else. */
  readonly privateHalf: Uint8Array;
}

/** A new planned key. `random` must be cryptographically secure; the same bytes give the same key, of RS256 excepted, whose numbers the platform draws. */
export async function generateSigningKey(request: KeyRequest, random: (count: number) => Uint8Array): Promise<GeneratedKey> {
  const privateHalf = await GENERATORS[request.algorithm](random);
  const publicJwk = publicHalfOf(toPrivateKey(privateHalf));
  const { region, sequence, algorithm, now, maxTokenLifetimeMs } = request;
  const kid = await calculateJwkThumbprint(publicJwk, 'sha256');
  return { key: { kid, region, sequence, algorithm, publicJwk, createdAt: now, maxTokenLifetimeMs, state: 'planned' }, privateHalf };
}

/** The private half as it may be stored. It opens for this `kid` only. */
export function sealPrivateHalf(sealer: Sealer, kid: string, privateHalf: Uint8Array): Uint8Array {
  return sealer.seal(Buffer.from(privateHalf).toString('base64'), contextOf(kid));
}

/** Throws `CannotOpen` for a private half of another key, sealed under a key that is not configured, or altered. */
export function openPrivateHalf(sealer: Sealer, kid: string, sealed: Uint8Array): KeyObject {
  return toPrivateKey(Buffer.from(sealer.open(sealed, contextOf(kid)), 'base64'));
}

function contextOf(kid: string): string {
  return `signing key ${kid}`;
}

function toPrivateKey(pkcs8: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
}

function publicHalfOf(privateKey: KeyObject): PublicJwk {
  return createPublicKey(privateKey).export({ format: 'jwk' }) as PublicJwk;
}
