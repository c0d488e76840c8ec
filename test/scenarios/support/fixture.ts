import { afterAll, beforeAll } from 'vitest';
import { type AclApi, indexOf, openApi, succeeded, type TokenJson } from './acl.ts';
import { json } from './http.ts';
import { type Cluster, type ClusterOptions, type Mode, startCluster } from './cluster.ts';
import { until } from './until.ts';

/** A running cluster with one API per region, each acting with the bootstrap token. */
export interface Fixture {
  readonly cluster: Cluster;
  /** The authority. */
  readonly us: AclApi;
  readonly eu: AclApi;
  readonly ap: AclApi;
  readonly all: readonly AclApi[];
  /** Every secret that was handed out in the run. */
  readonly secrets: Set<string>;
  /** Every answer of the run that told of an error. */
  readonly refusals: readonly string[];
}

/** Starts one cluster for the enclosing `describe` and ends it after. Without `bootstrapped` nothing has been written yet. */
export function useCluster(mode: Mode, { bootstrapped: begun = true, ...options }: ClusterOptions & { readonly bootstrapped?: boolean } = {}): () => Fixture {
  let fixture: Fixture | undefined;
  const stack = new AsyncDisposableStack();
  beforeAll(async () => {
    fixture = await openFixture(stack, mode, options);
    if (begun) fixture = await bootstrapped(fixture);
  }, 90_000);
  afterAll(() => stack.disposeAsync(), 60_000);
  return () => {
    if (fixture === undefined) throw new Error('the cluster did not start');
    return fixture;
  };
}

/** Starts a cluster whose end is in `stack`; nothing has been written yet and no API has a credential. */
export async function openFixture(stack: AsyncDisposableStack, mode: Mode, options: ClusterOptions = {}): Promise<Fixture> {
  const cluster = stack.use(await startCluster(mode, options));
  const secrets = new Set<string>();
  const refusals: string[] = [];
  const apis = cluster.regions.map((region) => {
    const opened = openApi(region, secrets, refusals);
    stack.defer(opened.close);
    return opened.api;
  });
  const [us, eu, ap] = apis;
  if (us === undefined || eu === undefined || ap === undefined) throw new Error('three regions are needed');
  return { cluster, us, eu, ap, all: apis, secrets, refusals };
}

/** The same fixture acting with the bootstrap token. */
export async function bootstrapped(fixture: Fixture): Promise<Fixture> {
  const root = json<TokenJson>(succeeded(await fixture.us.bootstrap(), 'bootstrap')).SecretID;
  return actingAs(fixture, root);
}

export function actingAs(fixture: Fixture, secret: string): Fixture {
  const [us, eu, ap] = [fixture.us.as(secret), fixture.eu.as(secret), fixture.ap.as(secret)];
  return { ...fixture, us, eu, ap, all: [us, eu, ap] };
}

/** The regions other than the given one. */
export function others(fixture: Fixture, api: AclApi): AclApi[] {
  return fixture.all.filter((other) => other.region.name !== api.region.name);
}

/** The table index of a region once nothing moves it any more, for claims that nothing happens. */
export async function quietIndex(api: AclApi): Promise<number> {
  let last = -1;
  let same = 0;
  return until(`the token table of ${api.region.name} is quiet`, async () => {
    const index = indexOf(succeeded(await api.list({ per_page: 1 }), 'list'));
    same = index === last ? same + 1 : 0;
    last = index;
    return same >= 5 && index;
  }, { every: 15 });
}
