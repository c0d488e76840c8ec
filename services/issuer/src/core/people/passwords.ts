import { Refusal } from '@mintmark/domain';
import type { World } from '@mintmark/kit/lifecycle';
import {
  createPasswordHasher,
  loadPasswordRules,
  MAX_PASSWORD_BYTES,
  MIN_PASSWORD_LENGTH,
  type PasswordHasher,
  type PasswordProblem,
  type PasswordRules,
} from '@mintmark/keys/passwords';
import type { IssuerConfig } from '../../config.ts';

/** What new passwords are judged by, and what hashes and checks them. */
export interface Passwords {
  readonly hasher: PasswordHasher;
  /** Reads the list of common passwords when it is first asked for. */
  rules(): Promise<PasswordRules>;
}

export function passwordsOf({ passwords }: Pick<IssuerConfig, 'passwords'>, { random }: Pick<World, 'random'>): Passwords {
  let rules: Promise<PasswordRules> | undefined;
  return {
    hasher: createPasswordHasher({ ...passwords, random: (count) => random.bytes(count) }),
    rules() {
      rules ??= loadPasswordRules();
      return rules;
    },
  };
}

const PROBLEMS: Readonly<Record<PasswordProblem, string>> = {
  too_short: `password must have at least ${MIN_PASSWORD_LENGTH} characters; 15 and more are better`,
  too_long: `password must have at most ${MAX_PASSWORD_BYTES} bytes`,
  not_text: 'password must be text',
  too_common: 'password is among the most common ones: choose another',
};

/** The hash of a new password. Throws the refusals `invalid_argument`, and `unavailable` where too many are waiting. */
export async function hashOf({ hasher, rules }: Passwords, password: string, signal: AbortSignal): Promise<string> {
  const problem = (await rules()).check(password);
  if (problem !== undefined) throw new Refusal('invalid_argument', PROBLEMS[problem]);
  const result = await hasher.hash(password, { signal });
  if (!result.ok) throw busy();
  return result.hash;
}

/** So long at most a password waits and is checked: milliseconds, fewer than whoever asked waits for an answer. */
const CHECKED_WITHIN_MS = 8_000;

/** The work, or the refusal `unavailable` where it takes too long: others have the cores. Rejects with the signal's reason when that aborts first. */
export async function inTime<T>({ timers }: Pick<World, 'timers'>, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  using _ = timers.after(CHECKED_WITHIN_MS, () => late.abort(busy()));
  return await work(AbortSignal.any([signal, late.signal]));
}

/** Too many passwords wait to be hashed. */
export function busy(): Refusal {
  return new Refusal('unavailable', 'too many passwords are being checked now: nothing was done, try again', { retryAfterMs: 1_000 });
}
