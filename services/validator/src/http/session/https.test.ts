import { sessionToken } from '@mintmark/domain';
import { createHttpServer } from '@mintmark/kit/http';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { createLogger, createMetrics } from '@mintmark/kit/telemetry';
import { afterEach, describe, expect, it } from 'vitest';
import type { ValidatorContext } from '../../context.ts';
import { registerSession } from './index.ts';

const TOKEN = sessionToken(crypto.randomUUID(), crypto.randomUUID());
const PATH = '/authentication/api/v1/sessions/soc';
let open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const server of open) await server[Symbol.asyncDispose]();
  open = [];
});

/** The dialect's routes behind a server; an issuer that lets everybody in is played. */
function served(https: boolean) {
  const about = { service: 'validator', region: 'us-east' };
  const server = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    logger: createLogger({ ...about, level: 'silent' }),
    metrics: createMetrics(about),
    trustedProxies: ['127.0.0.1'],
    requireHttps: https,
  });
  open.push(server);
  const people = { createSession: async () => ({ secret: TOKEN, written: { index: 1, freshness: '' }, record: undefined, modifyIndex: 1 }) };
  registerSession(server.app, { people, world: systemWorld } as unknown as ValidatorContext, { https, events: { failed: () => undefined } });
  return (headers: Record<string, string> = {}) =>
    server.app.inject({
      method: 'POST',
      url: PATH,
      headers: { host: 'apps.apprenda.harp', 'content-type': 'application/json', ...headers },
      payload: { username: 'a', password: 'b' },
    });
}

describe('AR-08 the authentication URL is to be used over https', () => {
  it('with the switch on, plain http is refused in words, and https by a trusted proxy is not; the link says https', async () => {
    const login = served(true);
    const plain = await login();
    expect([plain.statusCode, plain.json()]).toEqual([403, { message: expect.stringContaining('https'), code: 'https_required' }]);
    const proxied = await login({ 'x-forwarded-proto': 'https' });
    expect(proxied.statusCode).toBe(201);
    expect(proxied.json<{ href: string }>().href).toMatch(/^https:\/\/apps\.apprenda\.harp\/authentication\/api\/v1\/sessions\/soc\/.*%3d%3d$/);
  });

  it('with the switch off, the link is of the protocol that was used', async () => {
    const login = served(false);
    expect((await login()).json<{ href: string }>().href).toMatch(/^http:\/\/apps\.apprenda\.harp\//);
    expect((await login({ 'x-forwarded-proto': 'https' })).json<{ href: string }>().href).toMatch(/^https:\/\//);
  });
});
