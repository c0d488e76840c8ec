import { parseFqn, SYSTEM_PACKAGES } from '@mintmark/domain';
import { valuesOf } from '@mintmark/policy';
import { type Asked, mayRead, readable, type Route, uuidOf } from './asked.ts';
import { workloadApi } from '../api.ts';

/** Number of this build in the dialect's terms. */
const BUILD_NUMBER = '0.1.0';

/** Packages, which nobody writes, and what the cluster says of itself (seed systems, 1.1 rows 18, 31). */
export function registerCluster(route: Route): void {
  route('GET', '/v1/packages', workloadApi('Packages that the caller may read', { gives: 'object[]' }), async (asked) => SYSTEM_PACKAGES.filter(({ fqn }) => mayRead(asked, fqn)).map(packageJson));
  route('GET', '/v1/packages/:uuid', workloadApi('Read a package'), readPackage);
  route('GET', '/v1/namespace/default', workloadApi('The namespace of the caller'), async (asked) => ({ namespace: namespaceOf(asked) }));
  route('GET', '/v1/version', workloadApi('The number of the build'), async () => ({ build_number: BUILD_NUMBER }));
  route('GET', '/v1/info', workloadApi('What the cluster is called'), async ({ ctx, request }) => ({ name: ctx.region, url: `${request.protocol}://${request.host}`, cluster_domain: request.hostname }));
}

async function readPackage(asked: Asked): Promise<unknown> {
  const found = SYSTEM_PACKAGES.find(({ id }) => id === uuidOf(asked));
  return packageJson(readable(asked, 'package', found, ({ fqn }) => fqn));
}

function packageJson({ id, fqn, provides }: (typeof SYSTEM_PACKAGES)[number]) {
  return { uuid: id, fqn, state: 'ready', provides: [provides] };
}

/** As policy says; else a job's own namespace, or the sandbox of a user's name, up to an `@`. */
function namespaceOf({ ctx, caller }: Asked): string {
  const { sets, claims } = ctx.access.rightsOf(caller);
  const value = (type: string): string | undefined => valuesOf(sets, { resource: 'auth::/', claims }, type)[0];
  const job = parseFqn(caller.name);
  const [user = ''] = caller.name.split('@');
  const within = (prefix: string): string => `${prefix}/${(job?.local ?? user).replace(/[^A-Za-z0-9_.-]/g, '_')}`;
  const prefix = value('defaultNamespacePrefix');
  return value('defaultNamespace') ?? (prefix === undefined ? (job?.namespace ?? within('/sandbox')) : within(prefix));
}
