import type { workload } from '@mintmark/contract';
import { digestOf, HTTP_SERVICE, type LiveEntry, Refusal } from '@mintmark/domain';
import { parseSecret } from '@mintmark/keys/secrets';
import { isSignedToken, JOB_TOKEN, jobPrincipal } from '@mintmark/oauth';
import { tokenTimeoutOf } from '@mintmark/policy';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { readById, readByKey } from '../../core/reading.ts';
import { known } from '../../core/rights.ts';
import { bindingsOf } from '../../core/workload/records.ts';
import { mintWorkloadToken } from '../../core/workload/tokens.ts';
import { BINDING_SECRET } from './bind.ts';

/** Where the default lifetime stands, and what it is where no policy says (seed systems 1.1 row 3). */
const APP_TOKENS = 'auth::/oauth2/apptoken';
const DEFAULT_SECONDS = 1_800;

/**
 * A token for a job, as policy permits at this moment (seed systems 1.1 rows 1 to 4). Decided and signed by the region that is asked, so that pipelines go
 * on while the authority cannot be reached.
 */
export async function issueAppToken(ctx: IssuerContext, call: IssuerCall): Promise<workload.TokenIssued> {
  const { credential = '', requestId, signal } = call;
  const job = isSignedToken(credential) ? await jobOfPlatform(ctx, credential, signal) : await jobOf(ctx, credential, signal);
  if (job === undefined) throw new Refusal('unauthenticated', 'the credential is neither that of a binding nor an assertion of a platform that is known here');
  await known(ctx, signal);
  const { fqn } = job.record.body;
  const principal = jobPrincipal(job, Math.floor(ctx.world.clock.now() / 1_000));
  const decision = ctx.access.decide(principal, { verb: 'issue', resource: fqn });
  if (!decision.allowed) {
    ctx.events.workloadToken({ requestId, subject: fqn, outcome: 'refused' });
    throw new Refusal('permission_denied', decision.message);
  }
  const { sets, claims } = ctx.access.rightsOf(principal);
  const timeout = (resource: string): number | undefined => tokenTimeoutOf(sets, { resource, claims });
  const lifetimeSeconds = timeout(fqn) ?? timeout(APP_TOKENS) ?? DEFAULT_SECONDS;
  const issued = await mintWorkloadToken(ctx, { type: JOB_TOKEN, id: job.record.id, name: fqn, lifetimeSeconds, notBefore: 0 }, signal);
  ctx.events.workloadToken({ requestId, subject: fqn, outcome: 'issued' });
  return issued;
}

/** The job whose binding's credential it is, while both are there. */
async function jobOf(ctx: IssuerContext, credential: string, signal: AbortSignal): Promise<LiveEntry<'job'> | undefined> {
  const parsed = parseSecret(credential);
  if (!parsed.ok || parsed.kind !== BINDING_SECRET) return undefined;
  const digest = digestOf(credential);
  let binding = await readByKey(ctx, 'binding', 'secret', digest, signal);
  if (binding === undefined) {
    await ctx.oauth.catchUp.once();
    binding = await readByKey(ctx, 'binding', 'secret', digest, signal);
  }
  const [jobId = ''] = binding?.record.id.split('.') ?? [];
  return jobId === '' ? undefined : readById(ctx, 'job', jobId, signal);
}

/** The job that a platform vouches for, while it is bound to the HTTP service. */
async function jobOfPlatform(ctx: IssuerContext, assertion: string, signal: AbortSignal): Promise<LiveEntry<'job'> | undefined> {
  const judged = await ctx.judgePlatform(assertion, ctx.world.clock.now());
  const job = judged.ok ? await readByKey(ctx, 'job', 'name', judged.job, signal) : undefined;
  if (job === undefined) return undefined;
  const bindings = await bindingsOf(ctx, job.record.id, signal);
  return bindings.some(({ record }) => record.body.service === HTTP_SERVICE) ? job : undefined;
}
