import { lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/** Where a secret was found, without the secret. */
export interface Leak {
  readonly place: string;
  readonly offset: number;
  /** How the secret was written there. */
  readonly form: string;
}

interface Needle {
  readonly bytes: Buffer;
  readonly form: string;
}

/** Finds any of the secrets, in any of the forms that software writes them in, in bytes. One pass whatever their number. */
export class SecretScanner {
  private readonly needles = new Map<number, Needle[]>();

  constructor(secrets: Iterable<string>) {
    for (const secret of secrets) for (const needle of formsOf(secret)) this.add(needle);
  }

  /** The leaks in these bytes, at most 20. */
  scan(place: string, bytes: Buffer): Leak[] {
    const leaks: Leak[] = [];
    for (let at = 0; at + 4 <= bytes.length && leaks.length < 20; at += 1) {
      const candidates = this.needles.get(bytes.readUInt32LE(at));
      if (candidates === undefined) continue;
      for (const { bytes: needle, form } of candidates) {
        if (bytes.subarray(at, at + needle.length).equals(needle)) leaks.push({ place, offset: at, form });
      }
    }
    return leaks;
  }

  private add(needle: Needle): void {
    const head = needle.bytes.readUInt32LE(0);
    this.needles.set(head, [...(this.needles.get(head) ?? []), needle]);
  }
}

/** Every file below the folders, with what it holds at this moment. Files that go away meanwhile are left out. */
export function* filesBelow(folders: Iterable<string>): Generator<{ readonly path: string; readonly bytes: Buffer }> {
  for (const folder of folders) {
    for (const name of list(folder)) {
      const path = join(folder, name);
      const stats = statOf(path);
      if (stats?.isDirectory() === true) yield* filesBelow([path]);
      else if (stats?.isFile() === true) yield { path, bytes: readFileSync(path) };
    }
  }
}

function formsOf(secret: string): Needle[] {
  const texts: [string, string][] = [
    ['plain', secret],
    ['upper case', secret.toUpperCase()],
    ['base64', Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1)],
    ['without hyphens', secret.replaceAll('-', '')],
  ];
  const needles = [...new Map(texts.map(([form, text]) => [text, form]))].map(([text, form]) => ({ form, bytes: Buffer.from(text) }));
  const hex = secret.replaceAll('-', '');
  return /^[0-9a-f]{32}$/i.test(hex) ? [...needles, { form: 'raw bytes', bytes: Buffer.from(hex, 'hex') }] : needles;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
