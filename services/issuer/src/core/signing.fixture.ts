import { createRecordSigner, createRecordVerifier, recordKey, recordPublicKey, type RecordSigner, type RecordVerifier, trustedKey } from '@mintmark/keys/records';
import { systemWorld } from '@mintmark/kit/lifecycle';
import type { Log } from '@mintmark/log';
import { Signing } from './signing.ts';

const SEED = Buffer.alloc(32, 1);

/** What a region's issuer signs with, and whom it trusts: itself. */
export function recordsOf(region: string): { readonly signer: RecordSigner; readonly verifier: RecordVerifier } {
  return { signer: createRecordSigner(recordKey(SEED)), verifier: createRecordVerifier({ region, keys: [trustedKey(region, 'issuer', recordPublicKey(SEED))] }) };
}

export function signingFor(log: Log): Signing {
  return new Signing({ ...recordsOf('us'), log, world: systemWorld });
}
