import type { SimNode } from './node.ts';
import type { Rng } from './rng.ts';
import type { Owner, Scheduler } from './scheduler.ts';

/** What is wrong between two machines, in one direction. */
export interface Weather {
  /** Nothing passes. */
  cut?: boolean;
  /** Share of the messages that are lost. */
  loss?: number;
  /** Milliseconds that each message takes longer, at most. */
  delay?: number;
  /** Share of the messages that come twice. Only such as their receivers must be able to take twice. */
  twice?: number;
}

export interface Message {
  readonly label: string;
  readonly deliver: () => void;
  /** Whose message it is: it is delivered to nobody when that has ended. Default: the machine. */
  readonly to?: Owner;
  /** May come twice. */
  readonly repeatable?: boolean;
}

const NEAR_MS = [0.1, 0.9] as const;
const FAR_MS = [15, 45] as const;
/** Now and then a message is slow for no reason. */
const SLOW = { share: 0.02, near: 15, far: 120 } as const;

/** Carries messages between machines, each with a delay of its own: of two that are sent, the second may come first. */
export class Network {
  readonly #scheduler: Scheduler;
  readonly #rng: Rng;
  readonly #weather = new Map<string, Weather>();

  constructor(scheduler: Scheduler, rng: Rng) {
    this.#scheduler = scheduler;
    this.#rng = rng;
  }

  weather(from: SimNode, to: SimNode): Weather {
    return this.#weather.get(`${from.name}>${to.name}`) ?? {};
  }

  setWeather(from: SimNode, to: SimNode, weather: Weather): void {
    this.#weather.set(`${from.name}>${to.name}`, weather);
  }

  clear(): void {
    this.#weather.clear();
  }

  latency(from: SimNode, to: SimNode): number {
    const near = from.region === to.region;
    const [low, high] = near ? NEAR_MS : FAR_MS;
    const slow = this.#rng.chance(SLOW.share) ? this.#rng.between(0, near ? SLOW.near : SLOW.far) : 0;
    const { delay = 0 } = this.weather(from, to);
    return this.#rng.between(low, high) + slow + (delay > 0 ? this.#rng.between(0, delay) : 0);
  }

  /** Whether the message is on its way. A lost one is on its way too, for all that its sender can tell; one into a cut is not. */
  send(from: SimNode, to: SimNode, message: Message): boolean {
    const { cut = false, loss = 0, twice = 0 } = this.weather(from, to);
    if (cut) return false;
    const ms = this.latency(from, to);
    if (loss > 0 && this.#rng.chance(loss)) return true;
    const label = `${from.name} > ${to.name} ${message.label}`;
    const owner = message.to ?? { ended: false, get frozenUntil() { return to.frozenUntil; } };
    this.#scheduler.after(ms, label, message.deliver, owner);
    if (message.repeatable === true && twice > 0 && this.#rng.chance(twice)) this.#scheduler.after(ms + this.latency(from, to), `${label} again`, message.deliver, owner);
    return true;
  }
}
