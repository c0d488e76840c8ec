/** Why bytes are not a record that this version understands. */
export class MalformedRecord extends Error {
  constructor(problem: string, cause?: unknown) {
    super(`malformed record: ${problem}`, cause === undefined ? undefined : { cause });
    this.name = 'MalformedRecord';
  }
}
