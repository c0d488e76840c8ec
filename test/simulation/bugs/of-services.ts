import { type MintRecord, NO_REVISION } from '@mintmark/domain';
import { AUTHORITY, type Sabotage } from '../cluster.ts';

/** Something of an object that is always the same from now on. */
function always(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { get: () => value, configurable: true });
}

/** What is revoked stays in the cache. */
export const cacheKeepsRevoked: Sabotage = {
  validator({ cache }) {
    always(cache, 'deleteById', () => undefined);
  },
};

/** A write is answered before the region's validators have heard of it (A1). */
export const answeredBeforeCovered: Sabotage = {
  issuer({ ctx }) {
    always(ctx.attachments, 'covers', async () => undefined);
  },
};

/** A validator that comes back after it was dropped is not told what it missed (A4). */
export const comesBackTrusted: Sabotage = {
  issuer({ ctx }) {
    always(ctx.attachments, 'answered', NO_REVISION);
  },
};

/** A validator trusts its cache whether or not the issuer waits for it (A2). */
export const trustsWithoutLease: Sabotage = {
  validator({ attachment }) {
    always(attachment, 'attached', true);
  },
};

/** A write is answered before the region's view shows it. */
export const answeredBeforeShown: Sabotage = {
  issuer({ ctx }) {
    const { follower } = ctx;
    always(follower, 'covers', async () => undefined);
    always(ctx.attachments, 'covers', async () => undefined);
  },
};

/** The authority tells nobody of tokens that others have not seen yet (P6). */
export const authorityIsSilent: Sabotage = {
  issuer({ issuer }, { node }) {
    if (node.region !== AUTHORITY) return;
    const answer = (_raw: unknown, callback: (error: null, value: object) => void): void => callback(null, { record: undefined, modifyIndex: 0, freshness: '' });
    (issuer.implementation as Record<string, unknown>).resolveSecret = answer;
  },
};

/** Two regions decide about global records (P11). */
export const twoAuthorities: Sabotage = {
  issuer({ ctx }, { node }) {
    if (node.region !== 'eu') return;
    always(ctx, 'authority', undefined);
    always(ctx.standing, 'here', true);
  },
};

/** What was written after a claim is acknowledged as if there were none (E2). */
export const claimOverlooked: Sabotage = {
  issuer({ ctx }) {
    const { standing } = ctx;
    always(standing, 'stood', async () => true);
    always(standing, 'enter', async () => ({ epoch: standing.known.epoch, by: 0, feed: 0, [Symbol.dispose]: () => undefined }));
  },
};

/** The authority hands over less than it has decided, and the next one begins at once. */
export const handedOverTooEarly: Sabotage = {
  issuer({ ctx: { signing } }) {
    const sign = signing.sign.bind(signing);
    always(signing, 'sign', (record: MintRecord, ...rest: [Parameters<typeof sign>[1], AbortSignal]) => {
      if (record.kind !== 'authority' || record.deleted) return sign(record, ...rest);
      const successions = record.body.successions.map((one) => ({ ...one, from: { ...one.from, revision: NO_REVISION } }));
      return sign({ ...record, body: { ...record.body, successions } }, ...rest);
    });
  },
};

/** Whoever's clock is a minute off is not heard from (R1). */
export const clocksHaveASay: Sabotage = {
  issuer({ ctx: { standing, peerClocks } }) {
    const heard = standing.heard.bind(standing);
    always(standing, 'heard', (region: string) => {
      if (Math.abs(peerClocks.aheadOf(region)) <= 60_000) heard(region);
    });
  },
};

/** A blocking query is woken by nothing. */
export const wakesNobody: Sabotage = {
  validator({ ctx }) {
    always(ctx.feed, 'subscribe', () => ({ [Symbol.dispose]: () => undefined }));
  },
};

/** A blocking query does not go to sleep again. */
export const wakesForNothing: Sabotage = {
  validator({ acl }) {
    always(acl.blocking, 'run', async (query: { authorize(): Promise<unknown>; read(caller: unknown, again: boolean): Promise<unknown> }) => {
      const caller = await query.authorize();
      return { caller, result: await query.read(caller, false) };
    });
  },
};

/** Decisions go by policies as they were. */
export const policiesStandStill: Sabotage = {
  validator({ ctx }) {
    always(ctx.access, 'changed', () => undefined);
  },
};

/** A log is compared as it once was read, not as it is: what was taken out of it since is not missed. */
export const logIsNotReadAgain: Sabotage = {
  replicator({ keeper }) {
    always(keeper, 'reread', async () => undefined);
  },
};

