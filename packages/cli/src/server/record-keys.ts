import { type EnvironmentReader, textForm } from '@mintmark/kit/config';
import { createRecordSigner, createRecordVerifier, GoodSignatures, recordKey, type RecordSigner, type RecordVerifier, TRUSTED_KEY_TEXT, trustedKeyOf } from '@mintmark/keys/records';

const ENTRY = { pattern: TRUSTED_KEY_TEXT, accepts: 'REGION/issuer=KEY or REGION/replicator=KEY, KEY being 32 bytes in base64url' };

/** Judges records by the keys of all regions, which stand where neither a log nor a view can alter them (P10). */
export function readTrustedKeys(env: EnvironmentReader, region: string, good = new GoodSignatures()): RecordVerifier {
  const entries = env.list('MINTMARK_RECORD_KEYS', textForm(ENTRY), {
    about: 'Public keys whose signatures on records count: those of the issuer and the replicator of every region, and older ones for as long as something stands that they signed. See `mintmark operator record-key`.',
  });
  return createRecordVerifier({ region, keys: entries.map(trustedKeyOf), good });
}

/** What a service that signs records signs with and judges by; what it signed itself it need not verify. */
export function readRecordKeys(env: EnvironmentReader, region: string): { readonly signer: RecordSigner; readonly verifier: RecordVerifier } {
  const good = new GoodSignatures();
  return { signer: readRecordKey(env, good), verifier: readTrustedKeys(env, region, good) };
}

/** The key of this service, which must be among those that are trusted. */
function readRecordKey(env: EnvironmentReader, good: GoodSignatures): RecordSigner {
  const seed = env.secret('MINTMARK_RECORD_KEY', {
    about: 'Secret key that this service signs records with; of this service alone. See `mintmark operator record-key`.',
    pattern: /^[A-Za-z0-9+/]{43}=$/,
    accepts: '32 bytes in base64',
  });
  const bytes = Buffer.from(seed.reveal(), 'base64');
  // In the place of a faulty one stands nothing: it is never used.
  return createRecordSigner(recordKey(bytes.length === 32 ? bytes : Buffer.alloc(32)), good);
}
