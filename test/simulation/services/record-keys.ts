import { createHash } from 'node:crypto';
import { createRecordSigner, createRecordVerifier, GoodSignatures, RECORD_ROLES, type RecordKey, type RecordRole, type RecordSigner, type RecordVerifier, type TrustedKey } from '@mintmark/keys/records';

/** A keyed digest in the place of Ed25519: as hard to forge for who does not know the secret, and made at once. */
function keyOf(region: string, role: RecordRole): RecordKey & TrustedKey {
  const sign = (content: Uint8Array): Uint8Array => createHash('sha512').update(`secret of the ${role} of ${region}\0`).update(content).digest();
  const id = createHash('sha256').update(`${role} ${region}`).digest('hex').slice(0, 16);
  return { id, region, role, sign, isSigned: async (content, signature) => Buffer.from(signature).equals(sign(content)) };
}

/** What a service of a region signs records with. */
export function simulatedSigner(region: string, role: RecordRole): RecordSigner {
  return createRecordSigner(keyOf(region, role));
}

/** Judges records as the services of a region do, which trust the keys of all regions. */
export function simulatedVerifier(region: string, regions: readonly string[]): RecordVerifier {
  return createRecordVerifier({ region, keys: regions.flatMap((name) => RECORD_ROLES.map((role) => keyOf(name, role))), good: new GoodSignatures(1_000) });
}
