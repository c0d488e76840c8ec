import { runUntilSignal } from '@mintmark/kit/lifecycle';
import { startCluster } from '../test/harness/cluster.ts';
import { provideServers } from '../test/setup/servers.ts';

/** `npm run distributed`: three regions as fifteen processes of this machine, until Ctrl-C; their data go with them. */
await provideServers();
await runUntilSignal(async () => {
  const cluster = await startCluster('distributed');
  const rows = cluster.regions.map(({ name, http, grpc }, at) => `${name.padEnd(9)}  ${(at === 0 ? 'authority' : 'replica').padEnd(9)}  ${http}  ${grpc}`);
  process.stdout.write(`\n${['Region     Role       HTTP                    gRPC', ...rows].join('\n')}\n\nFirst: curl -X POST ${cluster.regions[0].http}/v1/acl/bootstrap\nStop with Ctrl-C.\n`);
  return cluster;
});
