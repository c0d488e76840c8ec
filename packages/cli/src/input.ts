import { readFileSync } from 'node:fs';
import { UsageError } from './client/failure.ts';

const STDIN = 0;

/** The text of a file, or of standard input for `-`. `what` names it in the error. */
export function readInput(path: string, what: string): string {
  try {
    return readFileSync(path === '-' ? STDIN : path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${what}: ${path === '-' ? 'standard input' : path} cannot be read (${(code && PLAIN[code]) ?? code ?? 'unknown'})`);
  }
}

const PLAIN: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'no right to read it',
  EAGAIN: 'nothing is piped into it',
};
