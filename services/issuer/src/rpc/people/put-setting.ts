import type { issuer, people } from '@mintmark/contract';
import { isSettingName, type LiveRecord, NO_REVISION, Refusal, SETTINGS } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit, decide } from '../../core/commit.ts';
import { mayWrite } from '../../core/guards.ts';
import { envelope } from '../../core/mint.ts';
import { decidedThere } from '../../core/people/authority.ts';
import { personOf } from '../../core/people/caller.ts';
import { recordWritten } from '../../core/people/written.ts';
import { readById } from '../../core/reading.ts';
import { mayAdminister } from '../../core/rights.ts';

/** Writes a setting of the platform's registry (seed: Apprenda 4.1 number 12). Always decided by the authority. */
export async function putSetting(ctx: IssuerContext, request: people.PutSettingRequest, call: IssuerCall): Promise<issuer.RecordWritten> {
  if (ctx.authority !== undefined) return decidedThere(ctx, ctx.authority, call, (authority) => authority.putSetting(request, call));
  const { name } = request;
  const by = await mayPut(ctx, request, call);
  if (!isSettingName(name)) throw new Refusal('not_found', `there is no setting of this name: the settings are ${Object.keys(SETTINGS).join(', ')}`);
  const value = parsedValue(request.value);
  if (!SETTINGS[name].accepts(value)) throw new Refusal('invalid_argument', `value must be ${SETTINGS[name].form}`);
  return decide(ctx, call.signal, async () => {
    const stored = await readById(ctx, 'setting', name, call.signal);
    const record: LiveRecord<'setting'> = {
      kind: 'setting',
      id: name,
      scope: 'global',
      deleted: false,
      body: { value: JSON.stringify(value) },
      ...envelope(ctx, stored?.record.createIndex),
    };
    const committed = await commit(ctx, record, { key: stored?.revision ?? NO_REVISION }, call.signal);
    ctx.events.personWritten({ requestId: call.requestId, kind: 'setting', id: name, by, index: committed.index, change: 'updated' });
    return recordWritten(committed, record);
  });
}

/** Platform operators may by a session for their API; others by a token whose policies permit it. */
async function mayPut(ctx: IssuerContext, { name, source }: people.PutSettingRequest, call: IssuerCall): Promise<string> {
  const person = await personOf(ctx, call, source);
  if (person === undefined) {
    const by = await mayAdminister(ctx, call, { verb: 'update', resource: `setting::/${name}` });
    mayWrite(by.token, 'global');
    return by.subject;
  }
  const { user, audience } = person;
  if (audience !== 'soc' || !user.record.body.platformOperator) throw new Refusal('permission_denied', 'only platform operators change settings, by a session of theirs');
  return `user:${user.record.id}`;
}

function parsedValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('invalid_argument', 'value must be JSON');
  }
}
