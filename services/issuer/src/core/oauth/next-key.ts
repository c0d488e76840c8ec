import { type LiveRecord, NO_REVISION } from '@mintmark/domain';
import { generateSigningKey, type PlannedKey, sealPrivateHalf, type SigningKey } from '@mintmark/keys/signing';
import type { IssuerContext } from '../../context.ts';
import { commit } from '../commit.ts';
import { envelope } from '../mint.ts';
import { readById } from '../reading.ts';
import { publish } from './publication.ts';

/** The region's next key, from its making until it is published (K2): an authority that is away costs one private half and one search for primes, however long. */
export class NextKey {
  readonly #ctx: IssuerContext;
  /** Its private half is in the region's log. */
  #waiting: PlannedKey | undefined;

  constructor(ctx: IssuerContext) {
    this.#ctx = ctx;
  }

  /** Publishes a key of this sequence, of which the region shows none. Throws `Refusal`. */
  async publish(sequence: number, shown: readonly SigningKey[], signal: AbortSignal): Promise<void> {
    await this.#settle(shown, signal);
    const now = Math.floor(this.#ctx.world.clock.now());
    if (this.#waiting?.sequence !== sequence) this.#waiting = await this.#made(sequence, now, signal);
    const key = { ...this.#waiting, createdAt: now };
    await publish(this.#ctx, key, undefined, { forget: false, signal });
    this.#waiting = undefined;
    this.#ctx.events.keyStep({ step: 'create', kid: key.kid, sequence });
  }

  /** What waits is published after all, or lost to another of its sequence. Nothing is ended that the region does not show to be lost. */
  async #settle(shown: readonly SigningKey[], signal: AbortSignal): Promise<void> {
    const waiting = this.#waiting;
    const found = shown.find(({ sequence }) => sequence === waiting?.sequence);
    if (waiting === undefined || found === undefined) return;
    if (found.kid !== waiting.kid) await dropPrivateHalf(this.#ctx, waiting.kid, signal);
    this.#waiting = undefined;
  }

  async #made(sequence: number, now: number, signal: AbortSignal): Promise<PlannedKey> {
    const { region, sealer, world, oauth } = this.#ctx;
    const { algorithm, maxTokenLifetimeMs } = oauth.keys;
    const { key, privateHalf } = await generateSigningKey({ region, sequence, algorithm, now, maxTokenLifetimeMs }, (count) => world.random.bytes(count));
    const body = { sealed: sealPrivateHalf(sealer, key.kid, privateHalf) };
    const secret: LiveRecord<'signing_secret'> = { kind: 'signing_secret', id: key.kid, scope: 'local', deleted: false, body, ...envelope(this.#ctx) };
    await commit(this.#ctx, secret, { key: NO_REVISION }, signal);
    return key;
  }
}

/** Ends the private half of a key, where it is here. Throws `Refusal`. */
export async function dropPrivateHalf(ctx: IssuerContext, kid: string, signal: AbortSignal): Promise<void> {
  const secret = await readById(ctx, 'signing_secret', kid, signal);
  if (secret === undefined) return;
  const { kind, id, scope, createIndex } = secret.record;
  await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) }, { key: secret.revision }, signal);
}
