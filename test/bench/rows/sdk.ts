import { randomUUID } from 'node:crypto';
import { credentials, Metadata } from '@grpc/grpc-js';
import { type Credential, type LocalValidator, MintmarkClient, validator } from '@mintmark/client';
import { validator as wire } from '@mintmark/contract';
import { eventually } from '../../harness/eventually.ts';
import { openRegions } from '../clusters.ts';
import { median, quantile } from '../measure/stats.ts';
import type { Run } from '../run.ts';
import { count, ms, type Row } from '../table.ts';

const CHECKS = 300_000;
const OPAQUE_GOAL = 1_000_000;
const JWT_GOAL = 500_000;
const OPAQUE = 2_000;
const SIGNED = 100;
const REVOCATIONS = 50;
const REFUSED_WITHIN_MS = 1_000;

/** Local checks in one process, and how soon a revocation in the authority is a refusal in another region's process. */
export async function sdkRows({ rounds, folder }: Run): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const { at, root } = stack.use(await openRegions('embedded', folder));
  const [authority, replica] = at;
  const admin = stack.use(new MintmarkClient({ address: authority.http, credential: { dialect: 'acl', value: root } }));
  const local = stack.use(validator(replica));
  await local.ready();
  const opaque = await kept(local, await tokens(admin, OPAQUE));
  const signed = await kept(local, await clientTokens(admin));
  const { refused, told } = await revocations(admin, local, stack.use(feedOf(replica.grpc)));
  return [
    rate('local check of an opaque token', await measured(local, opaque, rounds), OPAQUE_GOAL),
    rate('local check of a signed token', await measured(local, signed, rounds), JWT_GOAL),
    {
      name: 'revocation acknowledged to refusal in the process, another region, embedded; vs told by its feed',
      measured: quantiles(refused),
      ceiling: quantiles(told),
      ratio: '',
      goal: `p99 <= ${REFUSED_WITHIN_MS} ms`,
      reached: quantile(refused, 0.99) <= REFUSED_WITHIN_MS,
      cpu: '',
    },
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

/** The same credentials, once the process keeps their verdicts. */
async function kept(local: LocalValidator, credentials: readonly Credential[]): Promise<readonly Credential[]> {
  await eventually(
    async () => {
      const verdicts = await Promise.all(credentials.map((credential) => local.check(credential)));
      return verdicts.every(({ verdict }) => verdict === 'allow') && credentials.every((credential) => local.checkAtOnce(credential) !== undefined);
    },
    { within: 20_000, every: 100, what: 'keeping of all verdicts' },
  );
  return credentials;
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

/** The region's feed as it is told to whoever asks, without the client. */
interface Feed extends Disposable {
  /** When it told a change first after this call, as `performance.now()` has it. */
  next(): Promise<number>;
}

function feedOf(grpc: string): Feed {
  const client = new wire.ValidatorClient(grpc, credentials.createInsecure());
  const stream = client.watchRevocations(new Metadata());
  let waiting: ((at: number) => void) | undefined;
  stream.on('error', () => undefined);
  stream.on('data', ({ marks }: wire.RevocationsEvent) => {
    if (marks.length > 0) waiting?.(performance.now());
  });
  stream.write({ after: '', ping: 1 });
  return {
    next: () =>
      new Promise((resolve) => {
        waiting = resolve;
      }),
    [Symbol.dispose]() {
      stream.cancel();
      client.close();
    },
  };
}

/** Milliseconds from the acknowledgement of a deletion in the authority to the first refusal here, and to the change's being told; 0 for what came before it. */
async function revocations(admin: MintmarkClient, local: LocalValidator, feed: Feed): Promise<{ readonly refused: readonly number[]; readonly told: readonly number[] }> {
  const lags = { refused: [] as number[], told: [] as number[] };
  for (let at = 0; at < REVOCATIONS; at += 1) {
    const { AccessorID, SecretID } = await admin.acl.createToken({ Name: `revoked-${at}`, Type: 'client', Policies: ['readonly'], Global: true });
    const [credential] = (await kept(local, [{ dialect: 'acl', value: SecretID }])) as [Credential];
    const told = feed.next();
    await admin.acl.deleteToken(AccessorID);
    const acknowledged = performance.now();
    await eventually(async () => (await local.check(credential)).verdict === 'deny', { every: 1, what: 'refusal' });
    lags.refused.push(performance.now() - acknowledged);
    lags.told.push(Math.max(0, (await told) - acknowledged));
  }
  return lags;
}

function quantiles(lags: readonly number[]): string {
  return `p50 ${ms(median(lags))}, p99 ${ms(quantile(lags, 0.99))}`;
}
