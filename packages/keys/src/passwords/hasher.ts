import { type ParsedHashOptions, parseOptions } from '@node-rs/argon2';
import { Gate } from './gate.ts';
import { MAX_PASSWORD_BYTES } from './rules.ts';
import { HashingThreads } from './threads.ts';

/** Cost of Argon2id (RFC 9106). */
export interface HashCost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

/** OWASP's second choice: 19 MiB, two passes, one lane. */
export const DEFAULT_COST: HashCost = { memory: 19_456, passes: 2, lanes: 1 };

export interface HasherOptions {
  /** Cryptographically secure; gives the salts. */
  random(count: number): Uint8Array;
  /** Default: `DEFAULT_COST`. */
  readonly cost?: HashCost;
  /** Hashes under way at once, each on a thread of its own. */
  readonly threads: number;
  /** Callers that may wait beyond those; who comes then is refused. */
  readonly queue: number;
}

export interface CallOptions {
  /** Gives up waiting. Work that has begun goes on and keeps its place until it is done. */
  readonly signal?: AbortSignal;
}

/** Too many are waiting: the caller may try again later. */
export interface HasherBusy {
  readonly ok: false;
  readonly reason: 'busy';
}

export type HashResult = { readonly ok: true; readonly hash: string } | HasherBusy;

export type PasswordResult =
  /** `rehash`: it matches, and was hashed at another cost than today's; hash it again now that the password is at hand. */
  | { readonly ok: true; readonly matches: boolean; readonly rehash: boolean }
  | HasherBusy
  /** The stored text is no Argon2id hash, or one of a cost that no hasher here would choose. */
  | { readonly ok: false; readonly reason: 'unreadable_hash' };

export interface PasswordHasher {
  /** A PHC string, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. The password has passed the rules; a longer one rejects with a `RangeError`. */
  hash(password: string, options?: CallOptions): Promise<HashResult>;
  /**
   * Compares with a stored hash. `undefined`, for a user that does not exist or has no password, never matches and takes as long as a comparison at
   * today's cost; so does a password that is longer than any may be.
   */
  verify(password: string, stored: string | undefined, options?: CallOptions): Promise<PasswordResult>;
  /** Callers waiting. */
  readonly waiting: number;
}

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Argon2id and version 1.3 as the library numbers them. */
const ARGON2ID = 2;
const VERSION_13 = 1;
/** A stored hash of more than this is not computed: it would stop all others. */
const MOST: HashCost = { memory: 1_048_576, passes: 16, lanes: 16 };

/** Throws a `RangeError` for a cost or bounds that make no sense. */
export function createPasswordHasher({ random, cost = DEFAULT_COST, threads, queue }: HasherOptions): PasswordHasher {
  if (!isAcceptable(cost)) {
    throw new RangeError(
      `cost must have 7168 KiB of memory or more, memory x passes of 35840 or more, and at most ${JSON.stringify(MOST)}, not ${JSON.stringify(cost)}`,
    );
  }
  const gate = new Gate({ places: threads, queue });
  const nobody = hashOfNobody(cost);
  const workers = new HashingThreads();

  async function through<T>(work: () => Promise<T>, { signal }: CallOptions): Promise<T | HasherBusy> {
    const place = await gate.enter(signal);
    if (place === undefined) return { ok: false, reason: 'busy' };
    const working = work().finally(() => place[Symbol.dispose]());
    return signal === undefined ? working : orAborted(working, signal);
  }

  return {
    get waiting() {
      return gate.waiting;
    },
    async hash(password, options = {}) {
      if (isTooLong(password)) throw new RangeError(`a password has at most ${MAX_PASSWORD_BYTES} bytes`);
      const parameters = { memoryCost: cost.memory, timeCost: cost.passes, parallelism: cost.lanes, outputLen: HASH_BYTES, salt: random(SALT_BYTES) };
      return through(async () => ({ ok: true, hash: await workers.hash(password, parameters) }), options);
    },
    verify(password, stored, options = {}) {
      const parameters = stored === undefined ? undefined : parametersOf(stored);
      return through<PasswordResult>(async () => {
        if (stored === undefined || parameters === undefined || isTooLong(password)) {
          await workers.verify(nobody, '');
          return stored !== undefined && parameters === undefined ? { ok: false, reason: 'unreadable_hash' } : { ok: true, matches: false, rehash: false };
        }
        const matches = await workers.verify(stored, password);
        return { ok: true, matches, rehash: matches && !isOfCost(parameters, cost) };
      }, options);
    },
  };
}

/** What is compared with where there is nothing to compare with: a hash of the same cost that nothing is known to give. */
function hashOfNobody({ memory, passes, lanes }: HashCost): string {
  const zeros = (count: number): string => Buffer.alloc(count).toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${zeros(SALT_BYTES)}$${zeros(HASH_BYTES)}`;
}

function parametersOf(stored: string): ParsedHashOptions | undefined {
  try {
    const found = parseOptions(stored);
    const { memoryCost: memory, timeCost: passes, parallelism: lanes } = found;
    return found.algorithm === ARGON2ID && found.version === VERSION_13 && isBelow({ memory, passes, lanes }, MOST) ? found : undefined;
  } catch {
    return undefined;
  }
}

function isOfCost(found: ParsedHashOptions, { memory, passes, lanes }: HashCost): boolean {
  return found.memoryCost === memory && found.timeCost === passes && found.parallelism === lanes && found.outputLen === HASH_BYTES;
}

/** Whether a cost is not below the leanest of OWASP's choices, 7 MiB at five passes. */
function isAcceptable(cost: HashCost): boolean {
  const whole = Object.values(cost).every((value) => Number.isSafeInteger(value) && value > 0);
  return whole && cost.memory >= 7_168 && cost.memory * cost.passes >= 35_840 && isBelow(cost, MOST);
}

function isBelow(cost: HashCost, most: HashCost): boolean {
  return cost.memory <= most.memory && cost.passes <= most.passes && cost.lanes <= most.lanes;
}

function isTooLong(password: string): boolean {
  return Buffer.byteLength(password) > MAX_PASSWORD_BYTES;
}

/** The work's outcome, or the signal's reason as soon as it aborts. */
function orAborted<T>(working: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    working.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
