import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AclApi, type TokenJson, indexOf } from '../support/acl.ts';
import { expectReadHeaders } from '../support/expect.ts';
import { type Fixture, quietIndex } from '../support/fixture.ts';
import { json, type Reply } from '../support/http.ts';
import type { Caller, Row, Step, TokenName } from './row.ts';
import { READS, REST, WRITES } from './rows.ts';

/** The tokens of one row and the values of its placeholders. */
interface Scene {
  readonly secrets: Readonly<Partial<Record<Caller, string>>>;
  readonly values: Readonly<Record<string, string>>;
}

/** The token error matrix (specs 1.14), in the authority and in a region that is not. */
export function matrixSuite(fixture: () => Fixture): void {
  describe.each(['us', 'eu'] as const)('error matrix, %s', (where) => {
    let api: AclApi;
    beforeAll(() => {
      api = fixture()[where];
    });
    test.each([...READS, ...WRITES, ...REST])('row $id: $claim', async (row) => {
      await play(api, row);
    });

    test('row 10: the 404 of a read carries the headers of a read', async () => {
      const index = await quietIndex(api);
      const reply = await api.read(randomUUID());
      expect(reply.status).toBe(404);
      expectReadHeaders(reply);
      expect(indexOf(reply)).toBe(index);
    });
  });
}

async function play(api: AclApi, row: Row): Promise<void> {
  const scene = await sceneOf(api);
  for (const step of row.steps) {
    for (const caller of typeof step.by === 'string' ? [step.by] : step.by) {
      check(step, caller, scene, await send(api, step, caller, scene));
    }
  }
}

async function sceneOf(api: AclApi): Promise<Scene> {
  const tokens: Record<TokenName, TokenJson> = {
    client: await api.mint(),
    other: await api.mint(),
    victim: await api.mint({ Type: 'management' }),
    ttl: await api.mint({ ExpirationTTL: '1h' }),
    expired: await api.mint({ AccessorID: randomUUID(), SecretID: randomUUID(), CreateTime: '2020-01-01T00:00:00Z', ExpirationTTL: '1h' }),
  };
  const accessors = Object.fromEntries(Object.entries(tokens).map(([name, token]) => [name, token.AccessorID]));
  const soon = new Date(Date.now() + 7_200_000).toISOString();
  return {
    secrets: {
      ...(api.secret !== undefined && { manager: api.secret }),
      bogus: randomUUID(), garbage: 'no-uuid-at-all', client: tokens.client.SecretID, victim: tokens.victim.SecretID, expired: tokens.expired.SecretID,
    },
    values: { ...accessors, uuid: randomUUID(), secret: randomUUID(), soon },
  };
}

async function send(api: AclApi, step: Step, caller: Caller, scene: Scene): Promise<Reply> {
  const [method = '', path = ''] = fill(step.ask, scene).split(' ');
  const body = step.body === undefined ? undefined : json(({ text: fill(JSON.stringify(step.body), scene) } as Reply));
  return api.as(scene.secrets[caller]).send(method, `/v1/acl/${path}`, { body });
}

function check(step: Step, caller: Caller, scene: Scene, reply: Reply): void {
  const wanted = textOf(step.text, scene);
  const what = `${step.ask} by ${caller}`;
  expect({ what, status: reply.status, text: reply.text }).toEqual({ what, status: step.status, text: wanted ?? reply.text });
  if (step.status < 300 || reply.body.length === 0) return;
  expect(reply.headers['content-type']?.toLowerCase().replaceAll(' ', '')).toBe('text/plain;charset=utf-8');
}

function textOf(text: Step['text'], scene: Scene): unknown {
  if (text === undefined) return undefined;
  return typeof text === 'string' ? fill(text, scene) : expect.stringMatching(new RegExp(fill(text.source, scene)));
}

function fill(text: string, { values }: Scene): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
