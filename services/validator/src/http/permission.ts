import type { Question } from '@mintmark/access';
import { Refusal } from '@mintmark/domain';
import type { Claim } from '@mintmark/policy';
import { type JsonObject, objectOf, textOf } from './json-body.ts';

/** The members `verb`, `resource` and `context` of a body. Throws `Refusal` `invalid_argument`. */
export function permissionOf(body: JsonObject): Question {
  const context = objectOf(body.context, 'context');
  return {
    verb: textOf(body, 'verb'),
    resource: textOf(body, 'resource'),
    context: Object.fromEntries(Object.keys(context).map((name) => [name, textOf(context, `context.${name}`)])),
  };
}

/** The member `claims` of a body; none where it is absent. Throws `Refusal` `invalid_argument`. */
export function claimsOf(body: JsonObject): readonly Claim[] {
  const { claims = [] } = body;
  if (!Array.isArray(claims)) throw new Refusal('invalid_argument', 'claims must be a list of {"issuer","type","value"}');
  return claims.map((given: unknown, at) => {
    const claim = objectOf(given, `claims[${at}]`);
    const member = (name: string): string => textOf({ [`${name}`]: claim[name] }, `claims[${at}].${name}`);
    return { issuer: member('issuer'), type: member('type'), value: member('value') };
  });
}
