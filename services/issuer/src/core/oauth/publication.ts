import { type LiveEntry, type LiveRecord, NO_REVISION, Refusal, type Revision, revision, type SigningKeyBody, type Tombstone } from '@mintmark/domain';
import { CannotOpen } from '@mintmark/keys';
import { type SigningKey, signingKeyBody, signingKeyId } from '@mintmark/keys/signing';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../../context.ts';
import { commit, type Committed } from '../commit.ts';
import { feltHere } from '../felt-here.ts';
import { envelope } from '../mint.ts';

/*
 * How the state of a region's signing key is written: a global record, so the authority appends it, whichever region the key is of.
 *
 * S1  A write names the state that it was decided on by the authority's own revision; another state in between makes it a conflict.
 * S2  What another region asks for is sealed, with its purpose and the time, under the key that only issuers have: neither a validator nor whoever
 *     reads the stores can publish a key. One that is seen on the way and sent again meets S1.
 */

/** One write of a key's record. */
interface Publication {
  readonly body: SigningKeyBody;
  /** Whether the record ends. */
  readonly forgotten: boolean;
  /** Revision of the record's newest append in the authority's log; 0 where there is none. */
  readonly expect: number;
  readonly createIndex: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Where the state of a key stands that a write replaces. */
export type KeyStanding = LiveEntry<'signing_key'> | undefined;

const PURPOSE = 'publication of a signing key';
const SEEN_WITHIN_MS = 60_000;

/** Writes a key's state in place of the one that was seen; `forget` ends its record. Throws `Refusal`, `conflict` where it was changed meanwhile. */
export async function publish(ctx: IssuerContext, key: SigningKey, seen: KeyStanding, { forget, signal }: { readonly forget: boolean; readonly signal: AbortSignal }): Promise<void> {
  const publication: Publication = {
    body: signingKeyBody(key),
    forgotten: forget,
    expect: atAuthority(seen),
    createIndex: seen?.record.createIndex ?? NO_REVISION,
    at: ctx.world.clock.now(),
  };
  const { authority } = ctx.oauth;
  if (authority === undefined) return void (await write(ctx, publication, signal));
  const sealed = Buffer.from(ctx.sealer.seal(JSON.stringify(publication), PURPOSE));
  const deadline = ctx.world.clock.now() + ctx.writeTimeoutMs;
  const written = await authority.publishKey({ sealed }, { credential: undefined, requestId: 'keys', signal, deadline });
  await feltHere(ctx, written.freshness, signal);
}

/** What another region's issuer has sealed. Throws the refusals `permission_denied`, for whatever no issuer has sealed just now, and `conflict`. */
export function publishSealed(ctx: IssuerContext, sealed: Uint8Array, from: string | undefined, signal: AbortSignal): Promise<Committed> {
  let publication: Publication;
  try {
    publication = JSON.parse(ctx.sealer.open(sealed, PURPOSE)) as Publication;
  } catch (error) {
    if (error instanceof CannotOpen) throw new Refusal('permission_denied', 'only an issuer can publish a signing key', { cause: error });
    throw error;
  }
  const old = Math.abs(ctx.world.clock.now() - publication.at) > SEEN_WITHIN_MS;
  if (old || publication.body.region !== from) throw new Refusal('permission_denied', "a publication counts for its region's own keys and for a minute");
  return write(ctx, { ...publication, createIndex: NO_REVISION }, signal);
}

async function write(ctx: IssuerContext, { body, forgotten, expect, createIndex }: Publication, signal: AbortSignal): Promise<Committed> {
  const key = { kind: 'signing_key', id: signingKeyId(body), scope: 'global' } as const;
  const made = envelope(ctx, revision(createIndex));
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
