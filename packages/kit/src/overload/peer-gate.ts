import type { Clock } from '../lifecycle/world.ts';
import { type Bound, type BoundReason, Refusals } from './bound.ts';

/*
 * Calls to one peer, so that a peer that stands still takes neither memory nor time from whoever calls it.
 *
 * G1  At most `limit` calls are under way; further ones are refused at once, before anything is sent.
 * G2  A peer is silent when a call that it was given was not answered within `silentAfterMs`, and nobody else's was since that call began. From then on calls are refused at
 *     once, but for one at a time that finds out.
 * G3  Any answer ends the silence, a refusal too. What ends a call from this side sooner says nothing about the peer.
 */

/** How long a call must have gone unanswered before its peer counts as silent: longer than a pause of a busy machine, shorter than anybody's deadline. */
const SILENT_AFTER_MS = 4_000;

export interface PeerGateOptions {
  readonly name: string;
  readonly limit: number;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly silentAfterMs?: number;
}

/** Why a call was not made. */
export class PeerBusy extends Error {
  override readonly name = 'PeerBusy';
  readonly code: Extract<BoundReason, 'full' | 'silent'>;

  constructor(code: PeerBusy['code']) {
    super(code === 'full' ? 'too many calls are under way' : 'calls go unanswered');
    this.code = code;
  }
}

/** One call under way; to be disposed of when it is over. */
export interface Passage extends Disposable {
  /** The peer has said something. */
  answered(): void;
}

export class PeerGate implements Bound {
  readonly name: string;
  readonly limit: number;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #silentAfterMs: number;
  readonly #refusals = new Refusals();
  #taken = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #silent = false;
  /** Whether one is finding out. */
  #probing = false;

  constructor({ name, limit, clock, silentAfterMs = SILENT_AFTER_MS }: PeerGateOptions) {
    this.name = name;
    this.limit = limit;
    this.#clock = clock;
    this.#silentAfterMs = silentAfterMs;
  }

  get taken(): number {
    return this.#taken;
  }

  get refused(): Bound['refused'] {
    return this.#refusals.counts;
  }

  get silent(): boolean {
    return this.#silent;
  }

  /** Throws `PeerBusy`. */
  enter(): Passage {
    if (this.#taken >= this.limit) throw this.#busy('full');
    if (this.#silent && this.#probing) throw this.#busy('silent');
    const probe = this.#silent;
    if (probe) this.#probing = true;
    this.#taken += 1;
    return new Call(this.#clock.monotonic(), (began, answered) => {
      if (probe) this.#probing = false;
      this.#over(began, answered);
    });
  }

  #busy(code: PeerBusy['code']): PeerBusy {
    this.#refusals.add(code);
    return new PeerBusy(code);
  }

  #over(began: number, answered: boolean): void {
    const now = this.#clock.monotonic();
    this.#taken -= 1;
    if (answered) {
      this.#answeredAt = now;
      this.#silent = false;
    } else if (now - began >= this.#silentAfterMs && this.#answeredAt < began) {
      this.#silent = true;
    }
  }
}

class Call implements Passage {
  readonly #began: number;
  readonly #over: (began: number, answered: boolean) => void;
  #answered = false;
  #open = true;

  constructor(began: number, over: (began: number, answered: boolean) => void) {
    this.#began = began;
    this.#over = over;
  }

  answered(): void {
    this.#answered = true;
  }

  [Symbol.dispose](): void {
    if (this.#open) this.#over(this.#began, this.#answered);
    this.#open = false;
  }
}

/** Gates of one peer: reads go on while writes wait. */
export interface PeerGates {
  readonly read: PeerGate;
  readonly write: PeerGate;
}

/** Two gates of one limit each, named after the peer. */
export function peerGates(peer: string, limit: number, clock: PeerGateOptions['clock']): PeerGates {
  return { read: new PeerGate({ name: `${peer}_reads`, limit, clock }), write: new PeerGate({ name: `${peer}_writes`, limit, clock }) };
}
