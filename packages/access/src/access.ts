import type { Principal } from '@mintmark/domain';
import { type AccessRequest, type Decision, decide } from '@mintmark/policy';
import { Mirror, type MirrorWorld, type ViewReader } from '@mintmark/view';
import { Documents, type Rights } from './documents.ts';

export type Question = Pick<AccessRequest, 'verb' | 'resource' | 'context'>;

/** Whoever holds a management token may do everything. */
const BY_MANAGEMENT: Decision = { allowed: true, explanation: { document: '', line: 0, claim: 'management token', because: [] } };

/** The policies and roles of a region in memory, and the decisions that stand on them. To be asked when settled. */
export class Access extends Mirror<'policy' | 'role', Documents> {
  constructor(view: ViewReader, world: MirrorWorld) {
    super(view, world, ['policy', 'role'], () => new Documents());
  }

  /** What a principal may do now. Not to be kept. */
  rightsOf(principal: Principal): Rights {
    return this.shown.rightsOf(principal);
  }

  decide(principal: Principal, question: Question): Decision {
    if (principal.type === 'management') return BY_MANAGEMENT;
    const { sets, claims } = this.rightsOf(principal);
    return decide(sets, { ...question, claims });
  }
}
