import { type LiveRecord, NO_REVISION, Refusal } from '@mintmark/domain';
import { generateSigningKey, type KeyStep, nextKeyStep, sealPrivateHalf, type SigningKey } from '@mintmark/keys/signing';
import type { KeyEntry } from '@mintmark/oauth';
import type { IssuerContext } from '../../context.ts';
import { commit } from '../commit.ts';
import { envelope } from '../mint.ts';
import { readById } from '../reading.ts';
import { publish } from './publication.ts';

/*
 * Keeps the region's signing keys as their life cycle says.
 *
 * K1  The private half is in the region's log before the public one is published: no key is announced that nobody can sign with.
 * K2  A step that is not done for now (the authority cannot be reached, somebody else was faster) is decided anew from what the region shows then;
 *     until then the region signs with the key that it has.
 */

const LOOK_EVERY_MS = 1_000;
const RETRY_MS = 2_000;

export async function keepKeys(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  const cleaned = new Set<string>();
  while (!signal.aborted) {
    await ctx.oauth.tokens.whenSettled(signal);
    const step = nextKeyStep(ownKeys(ctx), wholeNow(ctx), ctx.oauth.keys);
    if (step !== null && (await attempt(ctx, step, signal))) continue;
    if (step === null) {
      ctx.oauth.keyring.trouble = undefined;
      await dropSecrets(ctx, cleaned, signal);
    }
    await ctx.world.timers.sleep(step === null ? LOOK_EVERY_MS : RETRY_MS, signal);
  }
}

/** The keys of this region as it shows them. */
export function ownKeys(ctx: IssuerContext): readonly SigningKey[] {
  return ownEntries(ctx).map(({ key }) => key);
}

/** Carries out one step. Throws `Refusal`. */
export async function carryOut(ctx: IssuerContext, step: KeyStep, signal: AbortSignal): Promise<void> {
  if (step.do === 'create') return create(ctx, step.sequence, signal);
  const seen = ownEntries(ctx).find(({ key }) => key.sequence === step.key.sequence)?.entry;
  await publish(ctx, step.key, seen, { forget: step.do === 'forget', signal });
  ctx.events.keyStep({ step: step.do, kid: step.key.kid, sequence: step.key.sequence });
}

/** Whether the step is done. */
async function attempt(ctx: IssuerContext, step: KeyStep, signal: AbortSignal): Promise<boolean> {
  try {
    await carryOut(ctx, step, signal);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { keyring } = ctx.oauth;
    const trouble = `signing keys wait to ${step.do}: ${error.message}`;
    if (error.code !== 'conflict' && keyring.trouble !== trouble) ctx.events.keyTrouble({ step: step.do, problem: error.message });
    if (error.code !== 'conflict') keyring.trouble = trouble;
    return false;
  }
}

async function create(ctx: IssuerContext, sequence: number, signal: AbortSignal): Promise<void> {
  const { region, sealer, world } = ctx;
  const { algorithm, maxTokenLifetimeMs } = ctx.oauth.keys;
  const request = { region, sequence, algorithm, now: wholeNow(ctx), maxTokenLifetimeMs };
  const { key, privateHalf } = await generateSigningKey(request, (count) => world.random.bytes(count));
  const body = { sealed: sealPrivateHalf(sealer, key.kid, privateHalf) };
  const secret: LiveRecord<'signing_secret'> = { kind: 'signing_secret', id: key.kid, scope: 'local', deleted: false, body, ...envelope(ctx) };
  await commit(ctx, secret, { key: NO_REVISION }, signal);
  await publish(ctx, key, undefined, { forget: false, signal });
  ctx.events.keyStep({ step: 'create', kid: key.kid, sequence });
}

/** Private halves end with their keys. */
async function dropSecrets(ctx: IssuerContext, cleaned: Set<string>, signal: AbortSignal): Promise<void> {
  for (const { kid, state } of ownKeys(ctx)) {
    if (state !== 'gone' || cleaned.has(kid)) continue;
    ctx.oauth.keyring.forget(kid);
    const secret = await readById(ctx, 'signing_secret', kid, signal);
    if (secret !== undefined) {
      const { kind, id, scope, createIndex } = secret.record;
      await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) }, { key: secret.revision }, signal);
    }
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
