import { createHash } from 'node:crypto';
import { signedContent } from '@mintmark/contract';
import type { MintRecord } from '@mintmark/domain';
import { LRUCache } from 'lru-cache';
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
  /** How many signatures that were found good are remembered, so that a record which is read again costs a digest. Default 20,000. */
  readonly remembered?: number;
}

export function createRecordVerifier({ region, keys, remembered = 20_000 }: RecordVerifierOptions): RecordVerifier {
  const ring = new Map(keys.map((key) => [key.id, key]));
  const good = new LRUCache<string, true>({ max: remembered });
  return {
    async judge(record) {
      const { signature } = record;
      if (signature === undefined) return 'it is not signed';
      const key = ring.get(signature.key);
      if (key === undefined) return `it is signed with key ${signature.key}, which is not trusted here`;
      const unfit = mayNotSign(key, record, region);
      if (unfit !== undefined) return unfit;
      const content = signedContent({ ...record, signature });
      const digest = createHash('sha256').update(content).update(signature.value).digest('base64');
      if (good.has(digest)) return undefined;
      if (!(await key.isSigned(content, Buffer.from(signature.value, 'base64')))) return `its signature by the ${key.role} of ${key.region} is not right`;
      good.set(digest, true);
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
