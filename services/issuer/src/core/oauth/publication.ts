import { type LiveEntry, type LiveRecord, NO_REVISION, Refusal, type Revision, revision, type SigningKeyBody, type Tombstone } from '@mintmark/domain';
import { type SigningKey, signingKeyBody, signingKeyId } from '@mintmark/keys/signing';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../../context.ts';
import { commit, type Committed, reachLog } from '../commit.ts';
import { feltHere } from '../felt-here.ts';
import { envelope } from '../mint.ts';
import { openRequest, ownCall, sealedRequest } from './sealed.ts';

/*
 * How the state of a region's signing key is written: a global record, so the authority appends it, whichever region the key is of.
 *
 * S1  A write names the state that it was decided on by the authority's own revision; another state in between makes it a conflict.
 * S2  What another region asks for is sealed by its issuer. One that is seen on the way and sent again meets S1.
 */

/** One write of a key's record. */
interface Publication {
  readonly body: SigningKeyBody;
  /** Whether the record ends. */
  readonly forgotten: boolean;
  /** Revision of the record's newest append in the authority's log; 0 where there is none. */
  readonly expect: number;
}

/** Where the state of a key stands that a write replaces. */
export type KeyStanding = LiveEntry<'signing_key'> | undefined;

const PURPOSE = 'publication of a signing key';

/** Writes a key's state in place of the one that was seen; `forget` ends its record. Throws `Refusal`, `conflict` where it was changed meanwhile. */
export async function publish(ctx: IssuerContext, key: SigningKey, seen: KeyStanding, { forget, signal }: { readonly forget: boolean; readonly signal: AbortSignal }): Promise<void> {
  const publication: Publication = {
    body: signingKeyBody(key),
    forgotten: forget,
    expect: atAuthority(seen),
  };
  const { authority } = ctx.oauth;
  if (authority === undefined) return void (await write(ctx, publication, signal));
  const written = await authority.publishKey({ sealed: sealedRequest(ctx, PURPOSE, publication) }, ownCall(ctx, 'keys', signal));
  await feltHere(ctx, written.freshness, signal);
}

/** What another region's issuer has sealed. Throws the refusals `permission_denied` and `conflict`. */
export function publishSealed(ctx: IssuerContext, sealed: Uint8Array, from: string | undefined, signal: AbortSignal): Promise<Committed> {
  const publication = openRequest(ctx, PURPOSE, sealed) as Publication;
  if (publication.body.region !== from) throw new Refusal('permission_denied', 'an issuer publishes the keys of its own region only');
  return write(ctx, publication, signal);
}

/** At the authority. A key's record goes on from the state that it replaces, whichever region asks. */
async function write(ctx: IssuerContext, { body, forgotten, expect }: Publication, signal: AbortSignal): Promise<Committed> {
  const key = { kind: 'signing_key', id: signingKeyId(body), scope: 'global' } as const;
  const present = await reachLog(() => ctx.log.get(key, { signal }));
  const goesOn = present !== undefined && present.revision === expect && !present.record.deleted;
  const made = envelope(ctx, goesOn ? present.record.createIndex : NO_REVISION);
  const record: LiveRecord<'signing_key'> | Tombstone<'signing_key'> = forgotten ? { ...key, deleted: true, ...made } : { ...key, deleted: false, body, ...made };
  try {
    return await commit(ctx, record, { key: revision(expect) }, signal);
  } catch (error) {
    if (error instanceof LogError && error.code === 'conflict') throw new Refusal('conflict', 'the key was changed meanwhile', { cause: error });
    throw error;
  }
}

/** The authority's revision of a record; its own where it was decided here. */
function atAuthority(seen: KeyStanding): Revision {
  return seen === undefined ? NO_REVISION : (seen.record.origin?.revision ?? seen.revision);
}
