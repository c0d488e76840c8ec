import { personCredential } from '@mintmark/contract';
import { isSettingName, PLATFORM_OPERATOR, type Principal, Refusal, settingValue } from '@mintmark/domain';
import { bodyOf } from '@mintmark/kit/http';
import type { ValidatorContext } from '../../context.ts';
import { presentedSecret } from '../credential.ts';
import { objectOf } from '../json-body.ts';
import { readerOf } from '../people/reader.ts';
import { writtenEntry } from '../people/records.ts';
import { type Answer, type Exchange, tokenCall } from '../people/serve.ts';
import { presentedSession } from './credential.ts';
import { sessionApi } from '../api.ts';

const SETTING = { name: 'string', value: 'any' } as const;
const OPERATORS = ['session', 'aclToken', 'aclBearer'];

export const READ_SETTING_API = sessionApi('Read a setting of the platform', { gives: SETTING, security: OPERATORS });
export const WRITE_SETTING_API = sessionApi('Write a setting of the platform', { body: { value: 'any' }, gives: SETTING, security: OPERATORS });

/** `GET /soc/api/v1/registry/settings/{name}`: for platform operators, and whoever's policies permit it. */
export async function readSetting(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const name = nameOf(exchange);
  if (presentedSecret(exchange.request.headers) === undefined) await operatorOf(ctx, exchange);
  else if (!(await readerOf(ctx, exchange)).mayRead(`setting::/${name}`)) throw new Refusal('permission_denied', 'the token does not permit it');
  if (!isSettingName(name)) throw new Refusal('not_found', 'there is no setting of this name');
  const { value: stored } = await ctx.view.get('setting', name, { signal: exchange.signal });
  return { status: 200, json: { name, value: settingValue(name, stored?.record.body.value) } };
}

/** `PUT /soc/api/v1/registry/settings/{name} {"value":…}`. */
export async function writeSetting(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const { request, signal } = exchange;
  const { value } = objectOf(bodyOf(request));
  const asked = { name: nameOf(exchange), value: JSON.stringify(value ?? null), source: request.ip };
  const written = await ctx.people.putSetting(asked, await callOf(ctx, exchange));
  signal.throwIfAborted();
  const { record } = writtenEntry('setting', written);
  return { status: 200, json: { name: record.id, value: JSON.parse(record.body.value) }, freshness: written.written?.freshness };
}

/** The call on behalf of a platform operator, or of whoever presented a token. */
async function callOf(ctx: ValidatorContext, exchange: Exchange) {
  if (presentedSecret(exchange.request.headers) !== undefined) return tokenCall(exchange);
  const { token } = await operatorOf(ctx, exchange);
  return { ...tokenCall(exchange), credential: personCredential({ kind: 'session', token }) };
}

/** Whoever asks by a session for the Platform Operations API. Throws the refusals `unauthenticated`, `permission_denied` and `unavailable`. */
async function operatorOf(ctx: ValidatorContext, exchange: Exchange): Promise<{ readonly token: string; readonly principal: Principal }> {
  const presented = presentedSession(exchange.request);
  if (typeof presented === 'string') {
    throw new Refusal('unauthenticated', presented === 'none' ? 'send the session token as ApprendaSessionToken' : 'header and body name different session tokens');
  }
  const judged = await ctx.authenticators.get('session')?.authenticate(presented.token, { signal: exchange.signal, peer: exchange.request.ip });
  if (judged?.outcome === 'unavailable') throw new Refusal('unavailable', 'the region cannot judge the session now', { retryAfterMs: 1_000 });
  if (judged?.outcome !== 'authenticated') throw new Refusal('unauthenticated', 'the session is over, or never was');
  if (judged.principal.audience !== 'soc') throw new Refusal('unauthenticated', 'the session is for another API');
  if (!judged.principal.roles.includes(PLATFORM_OPERATOR)) throw new Refusal('permission_denied', 'this is for platform operators');
  return { token: presented.token, principal: judged.principal };
}

function nameOf({ request }: Exchange): string {
  return (request.params as { readonly name: string }).name;
}
