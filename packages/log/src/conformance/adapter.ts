import type { RecordKey, Revision } from '@mintmark/domain';
import type { Log } from '../log.ts';

/** A log that shares nothing with any other, and what a suite can do to it. Disposing closes every handle and removes the log. */
export interface LogUnderTest extends AsyncDisposable {
  /** The handle that was opened with it; after `reopen` it is closed. */
  readonly log: Log;
  /** Closes the newest handle and opens the same log again, as a restarted process does. */
  reopen(): Promise<Log>;
  /** Another handle on the same log, as another process has. */
  second?(): Promise<Log>;
  /** Appends bytes under a key, past the codec, and returns their revision. What a later or a broken version might have written. */
  appendRaw?(key: RecordKey, bytes: Uint8Array): Promise<Revision>;
  /** From now on the next append reaches the log, and its acknowledgement does not come back. */
  loseNextAnswer?(): Promise<void> | void;
}

/** A sentence, so that nobody leaves a behaviour out without saying why. */
export type Reason = `${string} ${string}`;

export interface OpenOptions {
  /** Where the log's revisions start from. Default: 0. */
  readonly base?: Revision;
}

export interface LogAdapter<Name extends string> {
  /** Stands in the report: `embedded`, `nats 2.10.27`. */
  readonly name: string;
  /** Makes a new, empty log and opens it. */
  open(options: OpenOptions): Promise<LogUnderTest>;
  /** Behaviours that this adapter cannot have, by their names, each with its reason. */
  readonly exclude?: { readonly [N in Name]?: Reason };
}

/** What a behaviour is given: a new log, and a way to make more that end with it. */
export interface Trial {
  readonly under: LogUnderTest;
  readonly log: Log;
  another(options?: OpenOptions): Promise<LogUnderTest>;
}

export type Behaviour = (trial: Trial) => Promise<void>;
export type Behaviours = Readonly<Record<string, Behaviour>>;

type Hook = 'second' | 'appendRaw' | 'loseNextAnswer';

/** The hook, or an error that says what to do without it. */
export function hook<N extends Hook>(under: LogUnderTest, name: N): NonNullable<LogUnderTest[N]> {
  const offered = under[name];
  if (offered === undefined) throw new Error(`the adapter offers no ${name}(): offer it, or exclude this behaviour with a reason`);
  return offered.bind(under) as NonNullable<LogUnderTest[N]>;
}
