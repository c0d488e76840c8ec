import { credentials, Metadata } from '@grpc/grpc-js';
import { type Credential, type LocalValidator, MintmarkClient, validator } from '@mintmark/client';
import { validator as wire } from '@mintmark/contract';
import type { Mode } from '../../harness/cluster.ts';
import { eventually } from '../../harness/eventually.ts';
import { openRegions } from '../clusters.ts';
import { median, quantile } from '../measure/stats.ts';
import type { Run } from '../run.ts';
import { ms, type Row } from '../table.ts';

const REVOCATIONS = 100;
const REFUSED_WITHIN_MS = 1_000;
/** A slow machine makes a slow row. */
const WAIT = { within: 30_000, every: 1 } as const;

/** How soon a revocation in the authority is a refusal in a process of another region, beside how soon that region tells of it. */
export async function sdkLagRows(mode: Mode, { folder }: Run): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const { at, root } = stack.use(await openRegions(mode, folder));
  const [authority, replica] = at;
  const admin = stack.use(new MintmarkClient({ address: authority.http, credential: { dialect: 'acl', value: root } }));
  const local = stack.use(validator({ http: replica.http, grpc: replica.grpc }));
  await local.ready();
  const { refused, told } = await revocations(admin, local, stack.use(feedOf(replica.grpc)));
  return [
    {
      name: `revocation acknowledged to refusal in a process of another region, ${mode}; vs told by its feed`,
      measured: quantiles(refused),
      ceiling: quantiles(told),
      ratio: '',
      goal: `p99 <= ${REFUSED_WITHIN_MS} ms`,
      reached: quantile(refused, 0.99) <= REFUSED_WITHIN_MS,
      cpu: '',
    },
  ];
}

/** The same credentials, once the process keeps their verdicts. */
export async function kept(local: LocalValidator, credentials: readonly Credential[]): Promise<readonly Credential[]> {
  await eventually(
    async () => {
      const verdicts = await Promise.all(credentials.map((credential) => local.check(credential)));
      return verdicts.every(({ verdict }) => verdict === 'allow') && credentials.every((credential) => local.checkAtOnce(credential) !== undefined);
    },
    { within: 30_000, every: 100, what: 'keeping of all verdicts' },
  );
  return credentials;
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
    await eventually(async () => (await local.check(credential)).verdict === 'deny', { ...WAIT, what: 'refusal' });
    lags.refused.push(performance.now() - acknowledged);
    lags.told.push(Math.max(0, (await told) - acknowledged));
  }
  return lags;
}

function quantiles(lags: readonly number[]): string {
  return `p50 ${ms(median(lags))}, p99 ${ms(quantile(lags, 0.99))}`;
}
