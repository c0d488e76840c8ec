import type { ValidatorContext } from '../context.ts';

/** Where a region stands, as `/v1/regions` tells it. */
export interface RegionStatus {
  readonly region: string;
  readonly role: 'authority' | 'replica';
  /** Whom it takes for the authority, and since which change of it: 0 before there was any. */
  readonly authority?: string;
  readonly epoch?: number;
  readonly http: string;
  readonly reachable: boolean;
  readonly ready?: boolean;
  readonly index?: number;
  readonly freshness?: string;
  /** Behind the authority; all zero in the authority. */
  readonly lag?: { readonly revisions: number; readonly milliseconds: number; readonly lastContact: number };
}

/** This region as this validator sees it. */
export function ownStatus(ctx: ValidatorContext, freshness: string): RegionStatus {
  const { position, live, contact } = ctx.follower;
  const authority = ctx.deciding.here;
  const now = ctx.world.clock.now();
  const behind = contact === undefined ? 0 : Math.max(0, contact.head - contact.covered);
  const sinceContact = contact === undefined ? 0 : Math.max(0, Math.round(now - contact.at));
  return {
    region: ctx.region,
    role: authority ? 'authority' : 'replica',
    authority: ctx.deciding.known.region,
    epoch: ctx.deciding.known.epoch,
    http: ctx.directory.httpUrl(ctx.region) ?? '',
    reachable: true,
    ready: live && (authority || contact !== undefined),
    index: position?.revision ?? 0,
    freshness,
    lag: authority
      ? { revisions: 0, milliseconds: 0, lastContact: 0 }
      : { revisions: behind, milliseconds: behind === 0 && sinceContact < CONTACT_EVERY_MS ? 0 : sinceContact, lastContact: sinceContact },
  };
}

/** The authority is heard of at least this often; less is no lag. */
const CONTACT_EVERY_MS = 3_000;
