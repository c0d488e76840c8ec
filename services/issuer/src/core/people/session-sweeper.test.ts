import { type Entry, type LiveRecord, NO_REVISION, revision, sessionId } from '@mintmark/domain';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { expect, it } from 'vitest';
import type { IssuerContext } from '../../context.ts';
import { Expiries } from '../expiries.ts';
import { SessionSweeper } from './session-sweeper.ts';

const USER = '5b8b9a3e-0000-4000-8000-000000000001';
const OTHER = '5b8b9a3e-0000-4000-8000-000000000002';
const common = { scope: 'global', deleted: false, createIndex: NO_REVISION, writeId: 'w'.repeat(22) } as const;

function user(id: string): LiveRecord<'user'> {
  const body = { username: id, organizations: [], platformOperator: false, disabled: false, notBefore: 0, tokensNotBefore: 0, passwordHash: '' } as unknown as LiveRecord<'user'>['body'];
  return { ...common, kind: 'user', id, body };
}

function session(of: string, name: string): LiveRecord<'session'> {
  const body = { user: of, organization: '', audience: 'account', createTime: '2026-01-01T00:00:00Z', expirationTime: '2999-01-01T00:00:00Z', secret: { digest: Buffer.from(name).toString('hex').repeat(32), sealed: new Uint8Array() } } as unknown as LiveRecord<'session'>['body'];
  return { ...common, kind: 'session', id: sessionId(of, name), body };
}

it('reads all sessions at first, then none, and those of a user alone that was written', async () => {
  await using stack = new AsyncDisposableStack();
  const view = stack.adopt(openEmbeddedView(), (open) => open.close());
  const { epoch } = await view.reset({ source: { region: 'us', incarnation: 'log' }, floor: NO_REVISION });
  const records = [user(USER), user(OTHER), session(USER, 'a'), session(USER, 'b'), session(OTHER, 'c')];
  const entries = records.map((record, at): Entry => ({ revision: revision(at + 1), record }));
  await view.apply(entries, { epoch, from: NO_REVISION, to: revision(entries.length) });
  await view.mark({ epoch, ready: true });
  const asked: string[] = [];
  const counted = Object.create(view, {
    get: {
      value(kind: 'user' | 'session', id: string, options: object) {
        asked.push(id);
        return view.get(kind, id, options);
      },
    },
    list: {
      value(kind: 'session', query: Parameters<typeof view.list>[1] & { readonly prefix: string }, options: object) {
        asked.push(`${kind} ${query.prefix}*`);
        return view.list(kind, query, options);
      },
    },
  });
  const ctx = { view: counted, world: systemWorld, authority: undefined, expiries: { session: new Expiries('session') }, writtenUsers: new Set<string>() } as unknown as IssuerContext;
  const sweeper = new SessionSweeper(ctx);
  const { signal } = new AbortController();
  const sweep = async (): Promise<string[]> => {
    await sweeper.sweep(signal);
    return asked.splice(0).toSorted();
  };
  expect(await sweep()).toEqual([USER, USER, OTHER, 'session *'].toSorted());
  expect(await sweep()).toEqual([]);
  ctx.writtenUsers.add(OTHER);
  expect(await sweep()).toEqual([OTHER, `session ${OTHER}.*`].toSorted());
  expect(await sweep()).toEqual([]);
});
