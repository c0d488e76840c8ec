import { table } from '../output/table.ts';
import type { EmbeddedRegion } from './region.ts';

/** The table of regions and the next three things to try. */
export function welcome(regions: readonly EmbeddedRegion[], data: string, example?: string): string {
  const rows = regions.map((region) => {
    const { authority, head, lag } = region.status();
    const behind = lag === undefined ? '-' : `${Math.max(0, lag.authorityHead - lag.covered)} revisions`;
    return [region.region, authority === region.region ? 'authority' : 'replica', region.http, region.grpc, String(head), behind];
  });
  const [first, second = first] = regions;
  return `
${table(['Region', 'Role', 'HTTP', 'gRPC', 'Index', 'Lag'], rows)}

Data are kept in ${data}. Stop with Ctrl-C.${example === undefined ? '' : `\nAn API guarded by ${first?.region} listens on ${example}: examples/protected-api.`}

Next, in another terminal:

  # 1. the first management token (once; its SecretID is shown here and never stored)
  export TOKEN=$(curl -s -X POST ${first?.http}/v1/acl/bootstrap | tee /dev/stderr | sed 's/.*"SecretID":"\\([^"]*\\)".*/\\1/')

  # 2. a global token, written in one region
  curl -s -X POST -H "X-Nomad-Token: $TOKEN" ${second?.http}/v1/acl/token -d '{"Name":"first","Type":"client","Policies":["readonly"],"Global":true}'

  # 3. all tokens, read in another
  curl -s -H "X-Nomad-Token: $TOKEN" '${regions.at(-1)?.http}/v1/acl/tokens?pretty'
`;
}
