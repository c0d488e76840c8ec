import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from './serve.ts';

/** node:http that gives one answer, of the same header and body bytes, to everything. */
await serve(async ({ body, headers }: { readonly body: string; readonly headers: Readonly<Record<string, string>> }) => {
  const bytes = Buffer.from(body, 'base64');
  const server = createServer((_request, response) => {
    response.writeHead(200, headers);
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { ready: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
});
