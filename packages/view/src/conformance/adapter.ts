import type { View, ViewReader } from '../view.ts';

/** A never filled view, and a reader of it by a handle of its own where the adapter has one. Disposing frees both. */
export interface ViewUnderTest extends AsyncDisposable {
  readonly view: View;
  readonly reader: ViewReader;
}

/** A sentence, so that nobody leaves a behaviour out without saying why. */
export type Reason = `${string} ${string}`;

export interface ViewAdapter<Name extends string> {
  /** Stands in the report: `embedded`, `redis 7.0`. */
  readonly name: string;
  /** Opens a view that shares nothing with any other. The feed keeps exactly the newest `feedLimit` announcements. */
  open(options: { readonly feedLimit: number }): Promise<ViewUnderTest>;
  /** Behaviours that this adapter cannot have, by their names, each with its reason. */
  readonly exclude?: { readonly [N in Name]?: Reason };
}

/** What a behaviour is given. It is run against a view of its own. */
export type Behaviour = (under: ViewUnderTest) => Promise<void>;
export type Behaviours = Readonly<Record<string, Behaviour>>;

/** Small, so that a behaviour can run past it. */
export const FEED_LIMIT = 200;
