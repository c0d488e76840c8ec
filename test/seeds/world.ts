import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../harness/folder.ts';
import { npmStart } from '../harness/npm-start.ts';
import type { Page, Section } from './page.ts';
import { Shell } from './shell.ts';

/** What runs while the commands of the pages are tried, and who tries them. */
export interface World {
  /** Origin of the region that is called. */
  readonly region: string;
  /** Origin of the example API. */
  readonly example: string;
  readonly stack: AsyncDisposableStack;
  /** A shell in a folder of its own. */
  shell(name: string): Promise<Shell>;
  /** The SecretID of the first management token. */
  root(): Promise<string>;
  /** Tells the first management token, where a command has made it. */
  bootstrapped(secret: string): void;
  /** What an administrator does before a page begins: the JSON of the answer. Throws where it is refused. */
  admin<T>(method: string, path: string, body?: object): Promise<T>;
}

/** Tries what one section of a page has its reader copy. */
export type Check = (section: Section) => Promise<void>;
/** By title of the section. */
export type Checks = Readonly<Record<string, Check>>;
export type PageChecks = (world: () => World, page: Page) => Checks;

export async function openWorld(stack: AsyncDisposableStack): Promise<World> {
  const { path } = stack.use(await temporaryFolder('seeds'));
  const { region, example } = stack.use(await npmStart(path));
  let secret: string | undefined;
  const world: World = {
    region,
    example,
    stack,
    async shell(name) {
      const folder = join(path, name);
      await mkdir(folder);
      return Shell.open(folder);
    },
    async root() {
      if (secret !== undefined) return secret;
      const reply = await fetch(`${region}/v1/acl/bootstrap`, { method: 'POST' });
      secret = ((await reply.json()) as { readonly SecretID: string }).SecretID;
      return secret;
    },
    bootstrapped(told) {
      secret = told;
    },
    async admin(method, sub, body) {
      const headers = { 'x-nomad-token': await world.root(), 'content-type': 'application/json' };
      const reply = await fetch(`${region}${sub}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${method} ${sub}: ${reply.status} ${text}`);
      return (text === '' ? undefined : JSON.parse(text)) as never;
    },
  };
  return world;
}

/** Something that is made when it is first asked for. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
