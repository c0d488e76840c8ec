import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LogError } from '../log.ts';

const SQLITE_BUSY = 5;

/**
 * Makes this handle the only owner of a folder, across processes, until disposed of. Throws `LogError` `unavailable` when it has one.
 *
 * The lock is the kernel's, so it ends with its process however that ends, and there is nothing stale to take over: no race between two
 * that both believe the owner dead, no process number that was given to another since. Node has no call for it; an SQLite file under an
 * exclusive transaction is the same thing. It is never written.
 */
export function ownFolder(path: string): Disposable {
  makeFolder(path);
  const lock = new DatabaseSync(join(path, 'owner.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) throw new LogError('unavailable', inUse(path), { cause: error });
    throw error;
  }
  const name = ownerFile(path);
  writeFileSync(name, `${process.pid}\n`, { mode: 0o600 });
  return {
    [Symbol.dispose]() {
      rmSync(name, { force: true });
      lock.close();
    },
  };
}

/** Makes the folder, and makes sure that it is still there after a power loss. */
function makeFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const parent = openSync(dirname(first), 'r');
  fsyncSync(parent);
  closeSync(parent);
}

function ownerFile(path: string): string {
  return join(path, 'owner.pid');
}

function inUse(path: string): string {
  let owner = 'another process';
  try {
    const pid = Number(readFileSync(ownerFile(path), 'utf8'));
    owner = pid === process.pid ? 'this process' : `process ${pid}`;
  } catch {
    // It has the lock, and has not said yet who it is.
  }
  return `${path} is in use by ${owner}: stop it first, or use another folder`;
}
