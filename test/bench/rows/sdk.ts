import { randomUUID } from 'node:crypto';
import { type Credential, type LocalValidator, MintmarkClient, validator } from '@mintmark/client';
import { eventually } from '../../harness/eventually.ts';
import { openRegions } from '../clusters.ts';
import { median } from '../measure/stats.ts';
import type { Run } from '../run.ts';
import { count, type Row } from '../table.ts';
import { kept } from './sdk-lag.ts';

const CHECKS = 300_000;
const OPAQUE_GOAL = 1_000_000;
const JWT_GOAL = 500_000;
const OPAQUE = 2_000;
const SIGNED = 100;

/** Local checks in one process. */
export async function sdkRows({ rounds, folder }: Run): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const { at, root } = stack.use(await openRegions('embedded', folder));
  const [authority, replica] = at;
  const admin = stack.use(new MintmarkClient({ address: authority.http, credential: { dialect: 'acl', value: root } }));
  const local = stack.use(validator(replica));
  await local.ready();
  const opaque = await kept(local, await tokens(admin, OPAQUE));
  const signed = await kept(local, await clientTokens(admin));
  return [
    rate('local check of an opaque token', await measured(local, opaque, rounds), OPAQUE_GOAL),
    rate('local check of a signed token', await measured(local, signed, rounds), JWT_GOAL),
  ];
}

function rate(name: string, perSecond: number, goal: number): Row {
  return { name, measured: `${count(perSecond)} /s`, ceiling: '', ratio: '', goal: `>= ${count(goal)} /s`, reached: perSecond >= goal, cpu: '' };
}

/** Checks per second, one after the other over all of the credentials. */
async function measured(local: LocalValidator, credentials: readonly Credential[], rounds: number): Promise<number> {
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    // A loop that lasts hears nothing of the region.
    await eventually(() => local.state().trusted && credentials.every((credential) => local.checkAtOnce(credential) !== undefined));
    const began = performance.now();
    for (let done = 0; done < CHECKS; done += 1) {
      if (local.checkAtOnce(credentials[done % credentials.length] as Credential)?.verdict !== 'allow') throw new Error('a verdict is not kept');
    }
    if (round > 0) rates.push((CHECKS / (performance.now() - began)) * 1_000);
  }
  return median(rates);
}

async function tokens(admin: MintmarkClient, many: number): Promise<readonly Credential[]> {
  const made: Credential[] = [];
  for (let at = 0; at < many; at += 1) {
    const { SecretID } = await admin.acl.createToken({ Name: `bench-${at}`, Type: 'client', Policies: ['readonly'], Global: true });
    made.push({ dialect: 'acl', value: SecretID });
  }
  return made;
}

/** Tokens of one client. */
async function clientTokens(admin: MintmarkClient): Promise<readonly Credential[]> {
  const alias = `bench-${randomUUID().slice(0, 8)}`;
  await admin.organizations.create({ name: alias, alias });
  const { clientSecret } = await admin.apiClients.create({ name: 'bench', account: alias, roles: [] });
  const made: Credential[] = [];
  for (let at = 0; at < SIGNED; at += 1) {
    const { access_token: value } = await admin.accessToken({ clientId: `bench@${alias}`, clientSecret });
    made.push({ dialect: 'oauth', value });
  }
  return made;
}
