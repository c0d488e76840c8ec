import type { Log } from '@mintmark/log';
import { logConformance } from '@mintmark/log/conformance';
import { namesOf, openNatsLog, permissionsOf } from '@mintmark/log/nats';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { revision } from '@mintmark/domain';
import { afterAll, beforeAll } from 'vitest';
import { ADMIN, type NatsUser, natsServer } from '../harness/nats.ts';
import type { Server } from '../harness/server.ts';
import { natsProxy } from './nats-proxy.ts';
import { PROGRAM } from './nats-rig.ts';

// Each behaviour has a region of its own, with a user that has the rights of its issuer and its replicator and no others.
const REGIONS = Array.from({ length: 400 }, (_, at) => `r${at}`);

let server: Server;
let admin: NatsConnection;
let next = 0;

beforeAll(async () => {
  server = await natsServer({ ...PROGRAM, users: REGIONS.map(ownerOf), syncAlways: false });
  admin = await connect({ servers: `127.0.0.1:${server.port}`, ...ADMIN });
});

afterAll(async () => {
  await admin.close();
  await server[Symbol.asyncDispose]();
});

function ownerOf(region: string): NatsUser {
  const { issuer, replicator } = permissionsOf(region, `_INBOX_${region}`);
  return { user: region, pass: region, publish: [...new Set([...issuer.publish, ...replicator.publish])], subscribe: issuer.subscribe };
}

logConformance({
  name: 'nats',
  async open({ base = revision(0) }) {
    const region = REGIONS[next++] as string;
    const names = namesOf(region);
    const proxy = await natsProxy(server.port);
    const opened: Log[] = [];
    const open = async (port: number): Promise<Log> => {
      const log = await openNatsLog({ servers: [`127.0.0.1:${port}`], user: region, pass: region, inboxPrefix: `_INBOX_${region}`, region, base });
      opened.push(log);
      return log;
    };
    let newest = await open(proxy.port);
    return {
      log: newest,
      async reopen() {
        await newest.close();
        newest = await open(proxy.port);
        return newest;
      },
      second: () => open(server.port),
      async appendRaw(key, bytes) {
        const { incarnation } = await newest.head();
        const { seq } = await jetstream(admin).publish(names.of(incarnation).subject(key), bytes);
        return revision(base + seq - 1);
      },
      loseNextAnswer: () => proxy.loseNextAnswer(),
      async [Symbol.asyncDispose]() {
        await Promise.all(opened.map((log) => log.close()));
        await proxy[Symbol.asyncDispose]();
        await (await jetstreamManager(admin)).streams.delete(names.stream);
      },
    };
  },
});
