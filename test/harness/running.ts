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
  /** Calls for each line that it prints, on whichever of its outputs. */
  onLine(call: (line: string) => void): Disposable;
}

/** Keeps the last 64 KiB of what is printed, and tells its lines to who asks. */
export class Output {
  #text = '';
  /** What has come of the line that is being printed, by output. */
  readonly #lines = { stdout: '', stderr: '' };
  readonly #listeners = new Set<(line: string) => void>();

  add(chunk: string, from: 'stdout' | 'stderr'): void {
    this.#text = (this.#text + chunk).slice(-65_536);
    const parts = (this.#lines[from] + chunk).split('\n');
    this.#lines[from] = parts.pop() ?? '';
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
