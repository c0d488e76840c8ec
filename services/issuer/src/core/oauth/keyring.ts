import type { KeyObject } from 'node:crypto';
import { Refusal } from '@mintmark/domain';
import { CannotOpen, type Sealer } from '@mintmark/keys';
import type { Signer } from '@mintmark/keys/jwt';
import { openPrivateHalf, signerOf } from '@mintmark/keys/signing';
import type { AccessTokens } from '@mintmark/oauth';
import { ViewError, type ViewReader } from '@mintmark/view';

export interface KeyringDeps {
  readonly region: string;
  readonly tokens: AccessTokens;
  readonly view: ViewReader;
  readonly sealer: Sealer;
}

/** What the region signs with now. Private halves are opened once and leave the process by no way. */
export class Keyring {
  /** Why the keys are not as they should be; `undefined` while they are. For whoever runs the region. */
  trouble: string | undefined;
  readonly #deps: KeyringDeps;
  readonly #opened = new Map<string, KeyObject>();

  constructor(deps: KeyringDeps) {
    this.#deps = deps;
  }

  /** `kid` of the key that signs; `undefined` where there is none yet. */
  get kid(): string | undefined {
    return this.#active()?.kid;
  }

  /** Throws the refusal `unavailable` where the region has no key to sign with, or cannot open it. */
  async signer(signal: AbortSignal): Promise<Signer> {
    const key = this.#active();
    if (key === undefined) throw cannotSign('the region has no signing key yet');
    const privateKey = this.#opened.get(key.kid) ?? (await this.#open(key.kid, signal));
    return { key, privateKey };
  }

  /** Lets go of private halves whose keys sign no more. */
  forget(kid: string): void {
    this.#opened.delete(kid);
  }

  #active() {
    const { region, tokens } = this.#deps;
    return signerOf(tokens.shown.keysOf(region).map(({ key }) => key));
  }

  async #open(kid: string, signal: AbortSignal): Promise<KeyObject> {
    const { view, sealer } = this.#deps;
    try {
      const { value } = await view.get('signing_secret', kid, { signal });
      if (value === undefined) throw cannotSign('the private half of the signing key is not here');
      const opened = openPrivateHalf(sealer, kid, value.record.body.sealed);
      this.#opened.set(kid, opened);
      return opened;
    } catch (error) {
      if (error instanceof ViewError) throw cannotSign("the region's view cannot be read now", error);
      if (error instanceof CannotOpen) throw cannotSign('the private half of the signing key is sealed under a key that is not configured', error);
      throw error;
    }
  }
}

function cannotSign(problem: string, cause?: unknown): Refusal {
  return new Refusal('unavailable', `no token can be signed now: ${problem}`, { retryAfterMs: 1_000, cause });
}
