import { signedContent } from '@mintmark/contract';
import type { MintRecord } from '@mintmark/domain';
import { GoodSignatures } from './good-signatures.ts';
import type { TrustedKey } from './key.ts';

/** Judges records by their signatures. */
export interface RecordVerifier {
  /** Why nobody in the region may believe the record; `undefined` where it is what an issuer has said (P10). */
  judge(record: MintRecord): Promise<string | undefined>;
}

export interface RecordVerifierOptions {
  /** Whose local records count. */
  readonly region: string;
  readonly keys: readonly TrustedKey[];
  /** So that a record which is read again costs a digest. Default: a memory of its own. */
  readonly good?: GoodSignatures;
}

export function createRecordVerifier({ region, keys, good = new GoodSignatures() }: RecordVerifierOptions): RecordVerifier {
  const ring = new Map(keys.map((key) => [key.id, key]));
  return {
    async judge(record) {
      const { signature } = record;
      if (signature === undefined) return 'it is not signed';
      const key = ring.get(signature.key);
      if (key === undefined) return `it is signed with key ${signature.key}, which is not trusted here`;
      const unfit = mayNotSign(key, record, region);
      if (unfit !== undefined) return unfit;
      const content = signedContent({ ...record, signature });
      if (good.has(content, signature.value)) return undefined;
      if (!(await key.isSigned(content, Buffer.from(signature.value, 'base64')))) return `its signature by the ${key.role} of ${key.region} is not right`;
      good.add(content, signature.value);
      return undefined;
    },
  };
}

function mayNotSign(key: TrustedKey, record: MintRecord, region: string): string | undefined {
  if (key.role === 'replicator' && !isReplicators(record)) return `it is signed by the replicator of ${key.region}, which makes no records`;
  if (record.scope === 'local' && key.region !== region) return `it is a local record of ${key.region}`;
  return undefined;
}

/** What a replicator may say: ends, but for that of a claim to be the authority, which lets another region decide; and what it sets aside in its own region. */
function isReplicators({ kind, scope, deleted }: MintRecord): boolean {
  return deleted ? kind !== 'authority' : kind === 'set_aside' && scope === 'local';
}
