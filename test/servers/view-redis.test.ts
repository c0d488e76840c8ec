import { randomUUID } from 'node:crypto';
import { viewConformance } from '@mintmark/view/conformance';
import { openRedisView, openRedisViewReader } from '@mintmark/view/redis';
import { afterAll, beforeAll } from 'vitest';
import type { Server } from '../harness/server.ts';
import { addUser, readerRules, startRedis, writerRules } from './redis-server.ts';

let server: Server;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server[Symbol.asyncDispose]());

// Each behaviour has a region of its own, a writer and a reader with no more than the rights that they need.
viewConformance({
  name: 'redis',
  async open({ feedLimit }) {
    const region = `r-${randomUUID()}`;
    const { host, port } = server;
    const password = randomUUID();
    await addUser(port, `${region}-writer`, password, writerRules(region));
    await addUser(port, `${region}-reader`, password, readerRules(region));
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
