import { type Answer, messageOf, parsed } from '../../client/answer.ts';
import { RefusedError } from '../../client/failure.ts';

/** What a region says of a credential, or of what its bearer may do (DESIGN section 9). */
export interface VerdictJson {
  readonly verdict: 'allow' | 'deny' | 'unknown';
  readonly reason?: string;
  /** Why not, in words. */
  readonly message?: string;
  readonly missing?: readonly string[];
  /** Without a document: a management token, which may do everything. */
  readonly explanation?: Partial<StepJson> & { readonly because?: readonly StepJson[] };
  readonly principal?: PrincipalJson;
  readonly freshness?: string;
}

interface StepJson {
  readonly document: string;
  readonly line: number;
  readonly claim: string;
}

export interface PrincipalJson {
  readonly subject: string;
  readonly dialect: string;
  readonly type: string;
  readonly name: string;
  readonly policies: readonly string[];
  readonly global: boolean;
  readonly expiresAt: string | null;
}

/** 1 is left for errors. */
export const EXIT_CODES = { allow: 0, deny: 2, unknown: 3 } as const;

/** The verdict of an answer: a 200, or the 503 of a region that cannot say. Throws `RefusedError` for any other. */
export function verdictOf(doing: string, { status, text }: Answer): VerdictJson {
  if (status === 200 || (status === 503 && text.includes('"verdict"'))) return parsed<VerdictJson>(doing, text);
  throw new RefusedError(doing, status, messageOf(text));
}

/** Why the credential, or the region, is not good for an answer; `undefined` for a reason of another kind. */
export function credentialProblem({ verdict, reason = '' }: VerdictJson): string | undefined {
  if (verdict === 'unknown') return `Unknown: the region cannot say now (${reason}); ask again, or another region`;
  const problem = PROBLEMS[reason];
  return problem === undefined ? undefined : `Denied: ${problem}`;
}

const PROBLEMS: Readonly<Record<string, string>> = {
  malformed: 'that is no token, or none was given',
  unknown: 'no such token, or it was revoked',
  expired: 'the token has expired',
};
