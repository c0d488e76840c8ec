import { digestOf, NO_REVISION, type Origin, type SecretAtRest, uuidFrom } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';

/** A fresh UUID-shaped id or secret of 128 random bits. */
export function freshUuid(ctx: IssuerContext): string {
  return uuidFrom(ctx.world.random.bytes(16));
}

/** A write id: 22 base64url characters of 128 random bits. */
export function freshWriteId(ctx: IssuerContext): string {
  return Buffer.from(ctx.world.random.bytes(16)).toString('base64url');
}

/** A secret as it is stored: found by its digest, sealed for the one thing it belongs to. */
export function atRest(ctx: IssuerContext, secret: string, context: string): SecretAtRest {
  return { digest: digestOf(secret), sealed: ctx.sealer.seal(secret, context) };
}

/** What a secret of a token is sealed for. */
export function tokenContext(accessorId: string): string {
  return `token:${accessorId}`;
}

/** The members that every new append of a record carries. */
export function envelope(ctx: IssuerContext, createIndex = NO_REVISION): { createIndex: typeof createIndex; writeId: string; origin?: Origin } {
  return { createIndex, writeId: freshWriteId(ctx) };
}
