import { request } from 'undici';
import { expect, test } from 'vitest';
import { startCluster } from './cluster.ts';
import { eventually } from './eventually.ts';

interface Token {
  readonly AccessorID: string;
  readonly SecretID: string;
}

async function call(method: 'GET' | 'POST', url: string, secret?: string, body?: object): Promise<{ readonly status: number; readonly json: Token }> {
  const headers = secret === undefined ? {} : { 'x-nomad-token': secret };
  const answer = await request(url, { method, headers, ...(body && { body: JSON.stringify(body) }), headersTimeout: 15_000 });
  const text = await answer.body.text();
  return { status: answer.statusCode, json: text.startsWith('{') ? (JSON.parse(text) as Token) : { AccessorID: '', SecretID: '' } };
}

test('a link that is cut keeps a region from the authority until it heals, and the region catches up', async () => {
  await using cluster = await startCluster('distributed', { links: true });
  const [us, eu] = cluster.regions;
  const { json: root } = await call('POST', `${us.http}/v1/acl/bootstrap`);
  const seen = async (token: Token): Promise<boolean> => (await call('GET', `${eu.http}/v1/acl/token/${token.AccessorID}`, root.SecretID)).status === 200;
  await eventually(() => seen(root), { within: 10_000 });
  eu.link?.cut();
  const { json: late } = await call('POST', `${us.http}/v1/acl/token`, root.SecretID, { Name: 'late', Type: 'management', Global: true });
  expect(await seen(late)).toBe(false);
  const refused = await call('POST', `${eu.http}/v1/acl/token`, root.SecretID, { Name: 'no way', Type: 'management', Global: true });
  expect(refused.status).toBeGreaterThanOrEqual(500);
  eu.link?.heal();
  await eventually(() => seen(late), { within: 15_000, what: 'the token of the cut showing in eu-west' });
  await eventually(
    async () => (await call('POST', `${eu.http}/v1/acl/token`, root.SecretID, { Name: 'again', Type: 'management', Global: true })).status === 200,
    { within: 15_000 },
  );
}, 180_000);

test("an embedded region's /metrics shows all three of its services", async () => {
  await using cluster = await startCluster('embedded');
  await call('POST', `${cluster.regions[0].http}/v1/acl/bootstrap`);
  const answer = await request(`${cluster.regions[0].http}/metrics`);
  const text = await answer.body.text();
  for (const service of ['issuer', 'validator', 'replicator']) expect(text).toContain(`service="${service}",region="us-east"`);
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  expect(new Set(names).size).toBe(names.length);
});
