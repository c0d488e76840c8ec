import { type Decided, decidedAt, type Entry, type LiveEntry, type LiveRecord, type MintRecord, NO_REVISION, Refusal, type SigningKeyBody, type Tombstone } from '@mintmark/domain';
import { type SigningKey, signingKeyBody, signingKeyId } from '@mintmark/keys/signing';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../../context.ts';
import { commit, type Committed, reachLog } from '../commit.ts';
import { feltHere } from '../felt-here.ts';
import { envelope } from '../mint.ts';
import { openRequest, ownCall, sealedRequest } from '../sealed.ts';

/*
 * How the state of a region's signing key is written: a global record, so the authority appends it, whichever region the key is of.
 *
 * S1  A write names the state that it was decided on by where that was decided, which is told alike in all regions; another state in between makes it a conflict.
 * S2  What another region asks for is sealed by its issuer. One that is seen on the way and sent again meets S1.
 */

/** One write of a key's record. */
interface Publication {
  readonly body: SigningKeyBody;
  /** Whether the record ends. */
  readonly forgotten: boolean;
  /** Where the state that it replaces was decided; `null` where there is none. */
  readonly expect: Pick<Decided, 'region' | 'revision'> | null;
}

/** Where the state of a key stands that a write replaces. */
export type KeyStanding = LiveEntry<'signing_key'> | undefined;

const PURPOSE = 'publication of a signing key';

/** Writes a key's state in place of the one that was seen; `forget` ends its record. Throws `Refusal`, `conflict` where it was changed meanwhile. */
export async function publish(ctx: IssuerContext, key: SigningKey, seen: KeyStanding, { forget, signal }: { readonly forget: boolean; readonly signal: AbortSignal }): Promise<void> {
  const publication: Publication = {
    body: signingKeyBody(key),
    forgotten: forget,
    expect: seen === undefined ? null : placeOf(ctx, seen),
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
  const goesOn = present !== undefined && !present.record.deleted && isAt(placeOf(ctx, present), expect);
  if (!goesOn && expect !== null) throw changedMeanwhile();
  const made = envelope(ctx, goesOn ? present.record.createIndex : NO_REVISION);
  const record: LiveRecord<'signing_key'> | Tombstone<'signing_key'> = forgotten ? { ...key, deleted: true, ...made } : { ...key, deleted: false, body, ...made };
  try {
    return await commit(ctx, record, { key: goesOn ? present.revision : NO_REVISION }, signal);
  } catch (error) {
    if (error instanceof LogError && error.code === 'conflict') throw changedMeanwhile(error);
    throw error;
  }
}

/** Where the state of a record was decided. */
function placeOf(ctx: IssuerContext, { record, revision }: Entry): Decided {
  return decidedAt(record as MintRecord, revision, { region: ctx.region, incarnation: ctx.follower.position?.incarnation ?? '' });
}

function isAt({ region, revision }: Decided, expect: Publication['expect']): boolean {
  return expect !== null && expect.region === region && expect.revision === revision;
}

function changedMeanwhile(cause?: unknown): Refusal {
  return new Refusal('conflict', 'the key was changed meanwhile', { cause });
}
