import { hash } from 'node:crypto';
import { type LiveRecord, NO_REVISION, Refusal } from '@mintmark/domain';
import type { ReplayMemory } from '@mintmark/keys';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../../context.ts';
import { commit, type Committed } from '../commit.ts';
import { feltHere } from '../felt-here.ts';
import { envelope } from '../mint.ts';
import { openRequest, ownCall, sealedRequest } from '../sealed.ts';

/** Something that counts no more, and until when that has to be remembered: milliseconds since the epoch. */
export interface Denial {
  readonly id: string;
  readonly expiresAt: number;
}

const PURPOSE = 'denial of a token';

/** Denies at the authority, and returns when this region shows it. False where it was denied before. Throws the refusals of a write. */
export async function deny(ctx: IssuerContext, denial: Denial, signal: AbortSignal): Promise<boolean> {
  const { authority } = ctx.oauth;
  try {
    if (authority === undefined) await denyHere(ctx, denial, signal);
    else {
      const written = await authority.deny({ sealed: sealedRequest(ctx, PURPOSE, denial) }, ownCall(ctx, 'deny', signal));
      await feltHere(ctx, written.freshness, signal);
    }
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'already_exists') return false;
    throw error;
  }
}

/** What another region's issuer has sealed. Throws the refusals `permission_denied` and `already_exists`. */
export function denySealed(ctx: IssuerContext, sealed: Uint8Array, signal: AbortSignal): Promise<Committed> {
  return denyHere(ctx, openRequest(ctx, PURPOSE, sealed) as Denial, signal);
}

/** What may be used once, of all regions together: whoever notes it first at the authority has it. */
export function usedOnce(ctx: IssuerContext, signal: AbortSignal): ReplayMemory {
  return {
    seen: async (id, untilMs) => !(await deny(ctx, { id: `used.${hash('sha256', id, 'base64url')}`, expiresAt: Math.ceil(untilMs) }, signal)),
  };
}

async function denyHere(ctx: IssuerContext, { id, expiresAt }: Denial, signal: AbortSignal): Promise<Committed> {
  const record: LiveRecord<'denied'> = { kind: 'denied', id, scope: 'global', deleted: false, body: { expiresAt }, ...envelope(ctx) };
  try {
    return await commit(ctx, record, { key: NO_REVISION }, signal);
  } catch (error) {
    if (error instanceof LogError && error.code === 'conflict') throw new Refusal('already_exists', 'denied already', { cause: error });
    throw error;
  }
}
