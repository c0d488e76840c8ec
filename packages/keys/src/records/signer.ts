import { createHash } from 'node:crypto';
import { signedContent } from '@mintmark/contract';
import type { MintRecord } from '@mintmark/domain';
import type { GoodSignatures } from './good-signatures.ts';
import type { RecordKey } from './key.ts';

export interface RecordSigner {
  /** Id of its key. */
  readonly key: string;
  /**
   * The record with its signature: after the one that it replaces (`undefined`: there is none), which the caller has judged. `at`: milliseconds since the epoch; the
   * stamp is that, or one more than that of the record before it.
   */
  sign<R extends MintRecord>(record: R, replaced: MintRecord | undefined, at: number): R;
}

/** `good`: where it tells of what it signs. */
export function createRecordSigner(key: RecordKey, good?: GoodSignatures): RecordSigner {
  return {
    key: key.id,
    sign(record, replaced, at) {
      const before = replaced?.signature;
      const draft = { key: key.id, stamp: Math.max(Math.floor(at), (before?.stamp ?? -1) + 1), previous: replaced === undefined ? '' : contentDigest(replaced), value: '' };
      const content = signedContent({ ...record, signature: draft });
      const value = Buffer.from(key.sign(content)).toString('base64');
      good?.add(content, value);
      return { ...record, signature: { ...draft, value } };
    },
  };
}

/** Names a signed state of a record, wherever it lies: 64 hex digits; empty where it is not signed. */
export function contentDigest({ signature, ...record }: MintRecord): string {
  if (signature === undefined) return '';
  return createHash('sha256')
    .update(signedContent({ ...record, signature } as Parameters<typeof signedContent>[0]))
    .digest('hex');
}
