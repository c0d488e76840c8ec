import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSealer } from '@mintmark/keys';
import { generateSigningKey, openPrivateHalf, sealPrivateHalf } from '@mintmark/keys/signing';
import { CompactSign } from 'jose';
import { request } from 'undici';
import { freePorts, releasePort } from '../../harness/ports.ts';
import { startChild } from '../measure/child.ts';
import { generator, type Load, wrk } from '../measure/generators.ts';
import { interleaved } from '../measure/paired.ts';
import type { Run } from '../run.ts';
import { perCoreRow, type Row } from '../table.ts';

const SHAPE = { connections: 64, seconds: 1 } as const;
const AT_ONCE = 16;
const ROUND_MS = 1_000;
const UNLIMITED = { sourcePerSecond: 1e9, clientPerSecond: 1e9, failuresPerMinute: 60 };
const FORM = 'application/x-www-form-urlencoded';

/** Tokens for client credentials, through validator and issuer, beside the bare signature; introspection beside a bare server with the same answer. */
export async function oauthRows({ rounds, folder }: Run): Promise<readonly Row[]> {
  generator('wrk');
  await using stack = new AsyncDisposableStack();
  const port = await freePorts([1]);
  for (const distance of [0, 1]) stack.defer(() => releasePort(port + distance));
  const options = { data: join(folder, 'oauth'), regions: ['bench'], port, tokenLimits: UNLIMITED };
  const ours = await startChild<readonly { readonly http: string }[]>(new URL('../servers/embedded.ts', import.meta.url), options);
  stack.use(ours.child);
  const url = ours.ready[0]?.http ?? '';
  const client = await aClient(url);
  const grant = `grant_type=client_credentials&client_id=${encodeURIComponent(client.id)}&client_secret=${client.secret}`;
  const { access_token: token } = (await posted(`${url}/oauth2/token`, grant)) as { access_token: string };
  const question = `client_id=${encodeURIComponent(client.id)}&client_secret=${client.secret}&token=${token}`;
  const answer = Buffer.from(JSON.stringify(await posted(`${url}/oauth2/introspect`, question)));
  const bare = await startChild<string>(new URL('../servers/http-constant.ts', import.meta.url), {
    body: answer.toString('base64'),
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache', 'content-length': String(answer.length) },
  });
  stack.use(bare.child);
  const posting = (name: string, body: string): string => script(join(folder, `${name}.lua`), body);
  const at = (server: string, path: string, lua: string) => () => wrk(`${server}${path}`, { ...SHAPE, script: lua });
  const [granting, asking] = [posting('grant', grant), posting('introspect', question)];
  const sign = await bareSign(token);
  const measured = await interleaved(
    {
      grant: { pid: ours.child.pid, load: at(url, '/oauth2/token', granting) },
      sign: { pid: process.pid, load: sign },
      introspect: { pid: ours.child.pid, load: at(url, '/oauth2/introspect', asking) },
      bare: { pid: bare.child.pid, load: at(bare.ready, '/oauth2/introspect', asking) },
    },
    rounds,
  );
  return [
    perCoreRow('client credentials grant, HTTP (wrk), vs bare EdDSA signature', measured.grant, measured.sign, { perCore: 1_000 }),
    perCoreRow('introspection, HTTP (wrk), vs bare node:http', measured.introspect, measured.bare, { perCore: 8_000, ratio: 0.7 }),
  ];
}

async function aClient(url: string): Promise<{ readonly id: string; readonly secret: string }> {
  const { SecretID } = (await posted(`${url}/v1/acl/bootstrap`, '')) as { SecretID: string };
  const headers = { 'x-nomad-token': SecretID };
  await posted(`${url}/v1/organizations`, JSON.stringify({ name: 'Bench', alias: 'bench' }), headers);
  const body = JSON.stringify({ name: 'client', account: 'bench', roles: ['Account Owner'] });
  const { clientSecret } = (await posted(`${url}/controller/api/rbac/v1/api-clients`, body, headers)) as { clientSecret: string };
  return { id: 'client@bench', secret: clientSecret };
}

async function posted(url: string, body: string, headers: Record<string, string> = {}): Promise<unknown> {
  const answer = await request(url, { method: 'POST', body, headers: { 'content-type': FORM, ...headers } });
  if (answer.statusCode >= 300) throw new Error(`${url}: ${answer.statusCode} ${await answer.body.text()}`);
  return answer.body.json();
}

function script(path: string, body: string): string {
  writeFileSync(path, `wrk.method = "POST"\nwrk.body = ${JSON.stringify(body)}\nwrk.headers["Content-Type"] = "${FORM}"\n`);
  return path;
}

/** Signs claims like those of the token, with the library alone. */
async function bareSign(token: string): Promise<() => Promise<Load>> {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url');
  const request = { region: 'bench', sequence: 1, algorithm: 'EdDSA', now: Date.now(), maxTokenLifetimeMs: 3_600_000 } as const;
  const { key, privateHalf } = await generateSigningKey(request, randomBytes);
  const sealer = createSealer([randomBytes(32)], randomBytes);
  const privateKey = openPrivateHalf(sealer, key.kid, sealPrivateHalf(sealer, key.kid, privateHalf));
  const header = { kid: key.kid, alg: 'EdDSA', typ: 'at+jwt' };
  return async () => {
    const began = performance.now();
    let count = 0;
    const worker = async (): Promise<void> => {
      for (; performance.now() - began < ROUND_MS; count += 1) await new CompactSign(payload).setProtectedHeader(header).sign(privateKey);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return { rate: (count / (performance.now() - began)) * 1_000, count };
  };
}
