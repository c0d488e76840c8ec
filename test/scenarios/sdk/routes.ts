import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MintmarkClient } from '@mintmark/client';
import { expect, test } from 'vitest';
import type { Fixture } from '../support/fixture.ts';
import { nameOf, routesOf } from '../tenants/document.ts';

/** What a region describes and the client leaves to others, and why. */
const LEFT: readonly (readonly [route: RegExp, why: string])[] = [
  [/^GET \/(openapi\.json|healthz|readyz|metrics)$/, 'for generators, supervisors and Prometheus'],
  [/^PUT \/v1\/acl\//, 'the same as POST'],
  [/^GET \/authentication\/oidc\//, 'for browsers'],
  [/^DELETE \/api\/v1\/sessions\//, 'the same as below /authentication'],
  [/^(POST|DELETE) \/authentication\/api\/v1\/sessions\/(developer|account)/, 'a parameter of the calls for soc'],
  [/^(POST \/v1\/operator\/(verify|promote)|GET \/v1\/operator\/set-aside)$/, 'for the command line of operators'],
  [/^GET \/v1\/apc\/download\//, 'a file'],
  [/^POST \/v1\/jobs\/\{uuid\}\/connect$/, 'always 501'],
];

/** Whether the client has a call for each thing that a region does. */
export function routeSuite(fixture: () => Fixture): void {
  test('there is a call for every route that a region describes', async () => {
    const { region } = fixture().us;
    const routes = routesOf(await (await fetch(`${region.http}/openapi.json`)).json());
    const called = await requestsOfEachCall();
    const isCalled = (route: string): boolean => {
      const pattern = new RegExp(`^${route.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
      return called.some((request) => pattern.test(request));
    };
    const missing = routes.map(nameOf).filter((route) => !LEFT.some(([left]) => left.test(route)) && !isCalled(route));
    expect(missing).toEqual([]);
  });
}

/** Makes each call of the client once; methods and paths that it asked for. */
async function requestsOfEachCall(): Promise<readonly string[]> {
  const seen: string[] = [];
  const server = createServer(({ method = '', url = '' }, response) => {
    seen.push(`${method} ${url.split('?')[0]}`);
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await using client = new MintmarkClient({ address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    for (const surface of [client, ...Object.values(client)] as object[]) {
      for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(surface))) {
        if (name === 'constructor') continue;
        // What is sent does not matter here, only where it goes.
        await (surface as Record<string, (given: string) => Promise<unknown>>)[name]?.('x');
      }
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return seen;
}
