import type { Document } from '../tree/document.ts';
import { nameProblem, parseName } from '../tree/name.ts';
import { claimText, realmText } from '../tree/print.ts';
import { realmsOf } from '../tree/realms.ts';
import { type Claim, Evaluation, type Origin } from './evaluation.ts';
import { targetOf, targetOfRealm } from './match.ts';
import type { PolicySet } from './policy-set.ts';
import type { Target } from './tree.ts';

export interface AccessRequest {
  readonly verb: string;
  /** `type::/namespace[::name]`. */
  readonly resource: string;
  /** The subject's, each vouched for by its issuer. */
  readonly claims: readonly Claim[];
  /** What the request says of itself: the other party, or what is edited. Of these only CONTEXT_TYPES count. */
  readonly context?: Readonly<Record<string, string>>;
}

/** A claim and where it was asserted. */
export interface Assertion {
  readonly document: string;
  readonly line: number;
  readonly claim: string;
}

export interface Explanation extends Assertion {
  /** The claims that led to it, nearest first: what was asserted for `role == admin` to hold. */
  readonly because: readonly Assertion[];
}

export type Decision =
  | { readonly allowed: true; readonly explanation: Explanation }
  /** `missing`: as `permit read on job::/x::y`; empty where no claim would help. */
  | { readonly allowed: false; readonly missing: readonly string[]; readonly message: string };

/** Longest chain of claims that an explanation tells. */
const LONGEST_CHAIN = 16;

/** Whether the documents of any of the sets permit the request; they count as one. Denies by default; never throws, whatever the texts of the request. */
export function decide(sets: readonly PolicySet[], request: AccessRequest): Decision {
  const name = parseName(request.resource);
  if (name === undefined) return { allowed: false, missing: [], message: `Not allowed to ${request.verb} by policy: ${nameProblem(request.resource)}` };
  return decideOn(sets, targetOf(name), request);
}

/**
 * Whether the subject may read (`read`), create, change (`update`) or delete a document as far as the realms in it go: it needs `permit <verb>` on the
 * `policy::/…` of each, which is asked for all that the realm holds, with the realm's type as ResType. The answer for the first realm that is denied, else
 * for the last. `undefined` where the document has no realm and nothing is to be asked.
 */
export function decideEdit(sets: readonly PolicySet[], document: Document, request: Omit<AccessRequest, 'resource' | 'context'>): Decision | undefined {
  let decision: Decision | undefined;
  for (const realm of realmsOf(document)) {
    const resource = realmText({ ...realm, type: 'policy' });
    decision = decideOn(sets, { ...targetOfRealm(realm), type: 'policy' }, { ...request, resource, context: { ResType: realm.type } });
    if (!decision.allowed) return decision;
  }
  return decision;
}

/** Whether the subject may know that a document exists: it may read it, or change it, as far as the realms in it go. */
export function knowsDocument(sets: readonly PolicySet[], document: Document, claims: readonly Claim[]): boolean {
  return ['read', 'update'].some((verb) => decideEdit(sets, document, { verb, claims })?.allowed === true);
}

/** Whether a job may run an image: the claim `docker.allow` of the realms of the job names its address, or `*`. */
export function decideImage(sets: readonly PolicySet[], request: Omit<AccessRequest, 'verb'>, image: string): Decision {
  const name = parseName(request.resource);
  const claim = `docker.allow "${image}"`;
  const message = `Docker image "${image}" not allowed by policy: missing claim "docker.allow \\"${image}\\"" on "${request.resource}"`;
  const refusal: Decision = { allowed: false, missing: [`${claim} on ${request.resource}`], message };
  if (name === undefined) return refusal;
  const evaluation = new Evaluation(sets, targetOf(name), request.claims);
  if (!evaluation.run(request.context ?? {})) return refusal;
  const origin = evaluation.origin('docker.allow', image);
  const any = evaluation.origin('docker.allow', '*');
  if (origin !== undefined) return { allowed: true, explanation: explanationOf(evaluation, origin) };
  return any === undefined ? refusal : { allowed: true, explanation: explanationOf(evaluation, any) };
}

/** As `decide`, about all that a target holds. */
export function decideOn(sets: readonly PolicySet[], target: Target, { verb, resource, claims, context = {} }: AccessRequest): Decision {
  const evaluation = new Evaluation(sets, target, claims);
  const ended = evaluation.run(context, { type: 'permit', value: verb });
  const origin = ended ? evaluation.origin('permit', verb) : undefined;
  if (origin !== undefined) return { allowed: true, explanation: explanationOf(evaluation, origin) };
  const missing = `permit ${verb}`;
  const why = ended ? `missing claim "${missing}" on "${resource}"` : `the rules for "${resource}" lead to more claims than are followed`;
  return { allowed: false, missing: [`${missing} on ${resource}`], message: `Not allowed to ${verb} "${resource}" by policy: ${why}` };
}

function explanationOf(evaluation: Evaluation, origin: Origin): Explanation {
  const because = new Set<Origin>();
  for (let next = evaluation.support(origin); next.length > 0 && because.size < LONGEST_CHAIN; ) {
    const added = next.filter((one) => !because.has(one));
    for (const one of added) because.add(one);
    next = added.flatMap((one) => evaluation.support(one));
  }
  return { ...assertionOf(origin), because: [...because].slice(0, LONGEST_CHAIN).map(assertionOf) };
}

function assertionOf({ rule, claim, value }: Origin): Assertion {
  return { document: rule.document, line: claim.line, claim: claimText(claim.type, value) };
}
