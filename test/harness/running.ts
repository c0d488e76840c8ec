/** Something that runs, whether as a process of this machine or as a container. */
export interface Running {
  /** Absent where it runs as a container. */
  readonly pid: number | undefined;
  /** Resolves when it has ended, with its exit code or the signal that ended it. */
  readonly ended: Promise<number | string>;
  readonly alive: boolean;
  signal(name: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGINT' | 'SIGHUP'): Promise<void>;
  /** The last 64 KiB of what it printed. */
  output(): string;
  /** Calls for each line that it prints on its standard output. */
  onLine(call: (line: string) => void): Disposable;
}

/** Keeps the last 64 KiB of a stream and tells its lines to who asks. */
export class Output {
  #text = '';
  #line = '';
  readonly #listeners = new Set<(line: string) => void>();

  add(chunk: string, lines: boolean): void {
    this.#text = (this.#text + chunk).slice(-65_536);
    if (!lines) return;
    const parts = (this.#line + chunk).split('\n');
    this.#line = parts.pop() ?? '';
    for (const line of parts) for (const call of this.#listeners) call(line);
  }

  text(): string {
    return this.#text;
  }

  onLine(call: (line: string) => void): Disposable {
    this.#listeners.add(call);
    return { [Symbol.dispose]: () => this.#listeners.delete(call) };
  }
}
