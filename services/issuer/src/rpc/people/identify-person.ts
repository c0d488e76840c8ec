import type { people } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { type Person, personOf } from '../../core/people/caller.ts';

/** Who the person is whose own credential the call carries. The authority judges, which knows of every failure. */
export async function identifyPerson(ctx: IssuerContext, request: people.IdentifyPersonRequest, call: IssuerCall): Promise<people.IdentifyPersonResponse> {
  if (ctx.authority !== undefined) return ctx.authority.identifyPerson(request, call);
  const { user, organization } = await somebody(ctx, call, request.source);
  return { user: user.record.id, organization };
}

/** The person who asks. Throws the refusals of `personOf`, and `unauthenticated` where nobody shows a credential of a person's. */
export async function somebody(ctx: IssuerContext, call: IssuerCall, source: string): Promise<Person> {
  const person = await personOf(ctx, call, source);
  if (person === undefined) throw new Refusal('unauthenticated', 'sign in: send a session token as ApprendaSessionToken, or name and password as Authorization: Basic');
  return person;
}
