import type { issuer, people } from '@mintmark/contract';
import { Refusal, userResource } from '@mintmark/domain';
import type { Expect } from '@mintmark/log';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit, decide, headShown } from '../../core/commit.ts';
import { mayWrite } from '../../core/guards.ts';
import { decidedThere } from '../../core/people/authority.ts';
import { hashOf } from '../../core/people/passwords.ts';
import { checkUser, draftUser, mayChangeUser, membershipsMustExist, type PasswordChange, type User, usernameMustBeFree } from '../../core/people/users.ts';
import { recordWritten } from '../../core/people/written.ts';
import { readById } from '../../core/reading.ts';
import { mayAdminister } from '../../core/rights.ts';

/** Creates a user, or replaces one. Always decided by the authority, which hashes the password. */
export async function upsertUser(ctx: IssuerContext, request: people.UpsertUserRequest, call: IssuerCall): Promise<issuer.RecordWritten> {
  const { user: input } = request;
  if (input === undefined) throw new Refusal('invalid_argument', 'user must be given');
  if (ctx.authority !== undefined) return decidedThere(ctx, ctx.authority, call, (authority) => authority.upsertUser(request, call));
  await mayWriteAs(ctx, input, await storedUser(ctx, input, call), call);
  checkUser(input);
  const password = await passwordChange(ctx, input, call);
  return decide(ctx, call.signal, async () => {
    const stored = await storedUser(ctx, input, call);
    if (stored?.record.body.username === input.username) return write(ctx, input, password, { stored, expect: { key: stored.revision } }, call);
    return ctx.wholeLog.decide(async () => {
      const head = await headShown(ctx, call.signal);
      return write(ctx, input, password, { stored: await storedUser(ctx, input, call), expect: { head } }, call);
    }, call.signal);
  });
}

async function write(
  ctx: IssuerContext,
  input: people.UserInput,
  password: PasswordChange,
  { stored, expect }: { readonly stored: User | undefined; readonly expect: Expect },
  call: IssuerCall,
): Promise<issuer.RecordWritten> {
  const by = await mayWriteAs(ctx, input, stored, call);
  if (input.id !== '' && stored === undefined) throw new Refusal('not_found', 'there is no user of this id');
  const record = draftUser(ctx, input, stored, password);
  await usernameMustBeFree(ctx, record, call.signal);
  await membershipsMustExist(ctx, record, stored, call.signal);
  const committed = await commit(ctx, record, expect, call.signal);
  const change = stored === undefined ? 'created' : 'updated';
  ctx.events.personWritten({ requestId: call.requestId, kind: 'user', id: record.id, by, index: committed.index, change });
  return recordWritten(committed, record);
}

/** The caller; the right is needed on the user as it is and as it is to be called. */
async function mayWriteAs(ctx: IssuerContext, input: people.UserInput, stored: User | undefined, call: IssuerCall): Promise<string> {
  const verb = input.id === '' ? 'create' : 'update';
  const by = await mayAdminister(ctx, call, { verb, resource: userResource(input.username) });
  mayWrite(by.token, 'global');
  const before = stored?.record.body;
  if (before !== undefined && before.username !== input.username) await mayAdminister(ctx, call, { verb, resource: userResource(before.username) });
  const kept = before === undefined ? [] : [{ ...before, organizations: [...before.organizations] }];
  mayChangeUser(ctx, by, [input, ...kept]);
  return by.subject;
}

async function passwordChange(ctx: IssuerContext, { password, noPassword }: people.UserInput, call: IssuerCall): Promise<PasswordChange> {
  if (noPassword) return 'none';
  return password === undefined ? 'kept' : { hash: await hashOf(ctx.passwords, password, call.signal) };
}

async function storedUser(ctx: IssuerContext, { id }: people.UserInput, { signal }: IssuerCall): Promise<User | undefined> {
  return id === '' ? undefined : readById(ctx, 'user', id, signal);
}
