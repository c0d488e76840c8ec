/** Who sends a step: the credential that it carries. */
export type Caller = 'none' | 'bogus' | 'garbage' | 'client' | 'expired' | 'manager' | 'victim';

/** The tokens that the rows speak of; `{client}` in a path, a body or a text is replaced by its accessor. */
export const TOKENS = ['client', 'other', 'expired', 'victim', 'ttl'] as const;
export type TokenName = (typeof TOKENS)[number];

/** One request and what its answer must be. */
export interface Step {
  /** `METHOD /path?query` below `/v1/acl/`. */
  readonly ask: string;
  /** One caller, or several that must all get the same answer. */
  readonly by: Caller | readonly Caller[];
  /** Sent as JSON; placeholders are replaced. Absent: no body. */
  readonly body?: unknown;
  readonly status: number;
  /** The whole body of the answer, or a pattern of it. Absent: not looked at. */
  readonly text?: string | RegExp;
}

/** One row of the token error matrix (specs 1.14), in Nomad's numbering. */
export interface Row {
  readonly id: string;
  readonly claim: string;
  readonly steps: readonly Step[];
  /** What DECISIONS.md, or a decision where Nomad's own behaviour is a defect, changes from Nomad's answer. */
  readonly decided?: string;
}
