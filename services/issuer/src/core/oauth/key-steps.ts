import { Refusal } from '@mintmark/domain';
import { type KeyStep, nextKeyStep, type SigningKey } from '@mintmark/keys/signing';
import type { KeyEntry } from '@mintmark/oauth';
import type { IssuerContext } from '../../context.ts';
import { dropPrivateHalf, NextKey } from './next-key.ts';
import { publish } from './publication.ts';

/*
 * Keeps the region's signing keys as their life cycle says.
 *
 * K1  The private half is in the region's log before the public one is published: no key is announced that nobody can sign with.
 * K2  A key that cannot be published for now is not made again; one in whose place another was published ends with its private half (`next-key.ts`).
 * K3  A step that is not done for now (the authority cannot be reached, somebody else was faster) is decided anew from what the region shows then;
 *     until then the region signs with the key that it has.
 */

const LOOK_EVERY_MS = 1_000;
const RETRY_MS = 2_000;
/** Failure in a row that is told of: regions that start together wait a moment for one another. */
const TOLD_AT = 2;

export async function keepKeys(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  const { keyring, tokens, keys } = ctx.oauth;
  const cleaned = new Set<string>();
  const next = new NextKey(ctx);
  let failures = 0;
  while (!signal.aborted) {
    await ctx.standing.untilSure(signal);
    await tokens.whenSettled(signal);
    const step = nextKeyStep(ownKeys(ctx), wholeNow(ctx), keys);
    if (step === null) {
      keyring.trouble = undefined;
      failures = 0;
      await dropSecrets(ctx, cleaned, signal);
      await ctx.world.timers.sleep(LOOK_EVERY_MS, signal);
      continue;
    }
    const refused = await attempt(ctx, step, next, signal);
    if (refused === undefined) {
      failures = 0;
      continue;
    }
    if (refused.code !== 'conflict') {
      keyring.trouble = `signing keys wait to ${step.do}: ${refused.message}`;
      failures += 1;
      if (failures === TOLD_AT) ctx.events.keyTrouble({ step: step.do, problem: refused.message });
    }
    await ctx.world.timers.sleep(RETRY_MS, signal);
  }
}

/** The keys of this region as it shows them. */
export function ownKeys(ctx: IssuerContext): readonly SigningKey[] {
  return ownEntries(ctx).map(({ key }) => key);
}

/** Carries out one step over a key that there is. Throws `Refusal`. */
export async function carryOut(ctx: IssuerContext, step: Exclude<KeyStep, { readonly do: 'create' }>, signal: AbortSignal): Promise<void> {
  const seen = ownEntries(ctx).find(({ key }) => key.sequence === step.key.sequence)?.entry;
  await publish(ctx, step.key, seen, { forget: step.do === 'forget', signal });
  ctx.events.keyStep({ step: step.do, kid: step.key.kid, sequence: step.key.sequence });
}

/** `undefined` when the step is done. */
async function attempt(ctx: IssuerContext, step: KeyStep, next: NextKey, signal: AbortSignal): Promise<Refusal | undefined> {
  try {
    if (step.do === 'create') await next.publish(step.sequence, ownKeys(ctx), signal);
    else await carryOut(ctx, step, signal);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** Private halves end with their keys. */
async function dropSecrets(ctx: IssuerContext, cleaned: Set<string>, signal: AbortSignal): Promise<void> {
  for (const { kid, state } of ownKeys(ctx)) {
    if (state !== 'gone' || cleaned.has(kid)) continue;
    ctx.oauth.keyring.forget(kid);
    await dropPrivateHalf(ctx, kid, signal);
    cleaned.add(kid);
  }
}

/** Milliseconds since the epoch. Records of keys hold whole ones; a clock may tell fractions. */
export function wholeNow({ world: { clock } }: IssuerContext): number {
  return Math.floor(clock.now());
}

function ownEntries(ctx: IssuerContext): readonly KeyEntry[] {
  return ctx.oauth.tokens.shown.keysOf(ctx.region);
}
