import { randomUUID } from 'node:crypto';
import { viewConformance } from '@mintmark/view/conformance';
import { openRedisView, openRedisViewReader } from '@mintmark/view/redis';
import { afterAll, beforeAll } from 'vitest';
import { redisServer } from '../harness/redis.ts';
import type { Server } from '../harness/server.ts';
import { addUser } from './redis-users.ts';

let server: Server;

beforeAll(async () => {
  server = await redisServer();
});

afterAll(() => server[Symbol.asyncDispose]());

// Each behaviour has a region of its own, and users with no more than the rights that are deployed.
viewConformance({
  name: 'redis',
  async open({ feedLimit }) {
    const region = `r-${randomUUID()}`;
    const { host, port } = server;
    const password = randomUUID();
    await addUser(port, 'replicator', region, `${region}-writer`, password);
    await addUser(port, 'reader', region, `${region}-reader`, password);
    const view = await openRedisView({ host, port, username: `${region}-writer`, password, region, feedLimit });
    const reader = await openRedisViewReader({ host, port, username: `${region}-reader`, password, region });
    return {
      view,
      reader,
      async [Symbol.asyncDispose]() {
        await reader.close();
        await view.close();
      },
    };
  },
});
