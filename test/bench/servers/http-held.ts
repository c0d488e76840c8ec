import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from './serve.ts';

/** node:http that holds every request and then gives all of them the same answer, in one loop. */
await serve(async ({ body, headers }: { readonly body: string; readonly headers: Readonly<Record<string, string>> }) => {
  const bytes = Buffer.from(body, 'base64');
  let held: ServerResponse[] = [];
  const server = createServer((_request, response) => void held.push(response));
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 2_048 }, resolve));
  const change = (): number => {
    const began = Number(process.hrtime.bigint()) / 1e6;
    const all = held;
    held = [];
    for (const response of all) {
      response.writeHead(200, headers);
      response.end(bytes);
    }
    return began;
  };
  return { ready: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, commands: { change, held: () => held.length } };
});
