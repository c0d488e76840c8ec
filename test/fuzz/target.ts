/** A parser, what it reads well, and what must hold of whatever it is given. */
export interface Target {
  readonly name: string;
  readonly seeds: readonly (string | Uint8Array)[];
  /** Gives what was read, or the declared refusal; throws where the parser breaks. */
  readonly run: (input: Buffer) => unknown;
  /** Whether another process does the work. */
  readonly elsewhere?: true;
}

export function text(name: string, seeds: readonly string[], run: (text: string) => unknown): Target {
  return { name, seeds, run: (input) => run(input.toString()) };
}

const LF = 0x0a;

/** An input whose first line names one of several things to give the rest to; where it names none, its length does. */
export function addressed<T>(input: Buffer, things: ReadonlyMap<string, T>): { readonly to: T; readonly rest: Buffer } {
  const end = input.indexOf(LF);
  const named = end === -1 ? undefined : things.get(input.toString('latin1', 0, end));
  if (named !== undefined) return { to: named, rest: input.subarray(end + 1) };
  return { to: [...things.values()][input.length % things.size] as T, rest: input };
}
