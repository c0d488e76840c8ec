import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AclApi, TokenJson } from './acl.ts';
import { succeeded } from './acl.ts';
import type { Fixture } from './fixture.ts';
import { type Ask, json, type Reply } from './http.ts';

/** Validators that refuse plain http; the proxy that speaks https is this machine. */
export const HTTPS_ONLY = { MINTMARK_REQUIRE_HTTPS: 'true', MINTMARK_TRUSTED_PROXIES: '127.0.0.1' };
/** What that proxy adds to a request. */
export const BY_PROXY = { 'x-forwarded-proto': 'https' };

/** Calls of a cluster that requires https, as they come through its proxy. */
export interface OverHttps {
  call(api: AclApi, method: string, path: string, ask?: Ask): Promise<Reply>;
  /** The management token of the cluster, which is bootstrapped when it is first asked for. */
  root(): Promise<string>;
}

export function overHttps(fixture: () => Fixture): OverHttps {
  let root: Promise<string> | undefined;
  const call: OverHttps['call'] = (api, method, path, { headers, ...ask } = {}) => api.call(method, path, { ...ask, headers: { ...BY_PROXY, ...headers } });
  const bootstrap = async (): Promise<string> => {
    const { us, secrets } = fixture();
    const { SecretID } = json<TokenJson>(succeeded(await call(us, 'POST', '/v1/acl/bootstrap'), 'bootstrap'));
    secrets.add(SecretID);
    return SecretID;
  };
  return { call, root: () => (root ??= bootstrap()) };
}

/** The proxy itself, for programs that cannot be told what to add. */
export async function httpsProxy(origin: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((asked, answer) => {
    const onward = request(`${origin}${asked.url}`, { method: asked.method, headers: { ...asked.headers, ...BY_PROXY } }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    onward.once('error', () => answer.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
