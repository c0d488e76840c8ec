import { randomUUID } from 'node:crypto';
import type { AclApi, TokenJson } from '../scenarios/support/acl.ts';
import type { Fixture } from '../scenarios/support/fixture.ts';
import { json, type Reply } from '../scenarios/support/http.ts';
import type { Outcome, Recorder, Write } from './history.ts';

/** A token of the run: what is known of it by its one writer. */
export interface Token {
  readonly accessor: string;
  readonly secret: string;
  readonly scope: 'global' | 'local';
  /** Where a local one lives. */
  readonly home: AclApi;
  /** Writes still to come: `update` or `delete`. */
  readonly plan: ('update' | 'delete')[];
  state: 'live' | 'deleted' | 'unknown';
}

/** Longer than the region's own bound for a write, so that the region's own answer is heard. */
export const PATIENCE_MS = 15_000;
/** Writes under way at the same time, at most: beyond it the generator holds back, so that a region that is down does not eat memory. */
const MAX_OPEN = 1_500;

/**
 * Writes tokens at a given rate, whatever the answers (an open loop): creates, then two updates, then for most a delete, each sent to some
 * region. A token whose write has an unknown outcome is left alone from then on: its write may still take effect at any later time.
 */
export class Workload {
  readonly tokens: Token[] = [];
  /** Answers that nothing in the run can explain: the credential is valid all the time. */
  readonly surprises: string[] = [];
  readonly counts: Record<Outcome, number> = { acked: 0, refused: 0, unknown: 0 };
  private readonly apis: readonly AclApi[];
  private readonly recorder: Recorder;
  private readonly onRevoked: (token: Token) => void;
  private readonly idle: Token[] = [];
  private readonly open = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private started = 0;
  private launched = 0;

  /** `onRevoked` is called at each delete that was acknowledged. */
  constructor({ all }: Fixture, recorder: Recorder, onRevoked: (token: Token) => void) {
    this.apis = all;
    this.recorder = recorder;
    this.onRevoked = onRevoked;
  }

  start(perSecond: number): void {
    const began = performance.now();
    this.timer = setInterval(() => {
      const due = Math.floor(((performance.now() - began) / 1_000) * perSecond);
      while (this.launched < due) {
        this.launched += 1;
        if (this.open.size < MAX_OPEN) this.launch();
      }
    }, 5);
  }

  /** Stops writing and waits for every answer. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.open);
  }

  private launch(): void {
    this.started += 1;
    const token = this.started % 2 === 0 ? this.idle.shift() : undefined;
    const work = (token === undefined ? this.create() : this.change(token)).finally(() => this.open.delete(work));
    this.open.add(work);
  }

  private async create(): Promise<void> {
    const turn = this.started;
    const home = this.apis[turn % this.apis.length] as AclApi;
    const scope = turn % 5 === 0 ? 'local' : 'global';
    const name = `run-${turn}-0`;
    const ids = turn % 20 !== 3 ? {} : { AccessorID: randomUUID(), SecretID: randomUUID() };
    const sent = { region: home.region.name, start: performance.now() };
    const reply = await attempt(() => home.create({ Name: name, Type: 'client', Policies: ['run'], Global: scope === 'global', ...ids }, { within: PATIENCE_MS }));
    const outcome = this.judge('AccessorID' in ids ? 'upload' : 'create', reply);
    const made = outcome === 'acked' && reply !== undefined ? json<TokenJson>(reply) : undefined;
    const accessor = made?.AccessorID ?? ids.AccessorID;
    if (accessor === undefined) return;
    this.recorder.writes.push({ kind: 'create', accessor, name, scope, ...sent, end: performance.now(), outcome });
    if (outcome === 'refused') return;
    const plan: Token['plan'] = turn % 5 === 1 ? ['update'] : ['update', 'update', 'delete'];
    const token: Token = { accessor, secret: made?.SecretID ?? ids.SecretID ?? '', scope, home, plan, state: outcome === 'acked' ? 'live' : 'unknown' };
    this.tokens.push(token);
    if (outcome === 'acked') this.idle.push(token);
  }

  private async change(token: Token): Promise<void> {
    const kind = token.plan.shift();
    if (kind === undefined) return;
    const api = token.scope === 'local' ? token.home : (this.apis[this.started % this.apis.length] as AclApi);
    const name = kind === 'update' ? `run-${this.started}-u` : '';
    const sent = { kind, accessor: token.accessor, name, scope: token.scope, region: api.region.name, start: performance.now() } as const;
    const entry = this.recorder.writes.push({ ...sent, end: Number.POSITIVE_INFINITY, outcome: 'unknown' }) - 1;
    const body = { AccessorID: token.accessor, Name: name, Type: 'client', Policies: ['run'] };
    const reply = await attempt(() => (kind === 'update' ? api.update(token.accessor, body, { within: PATIENCE_MS }) : api.delete(token.accessor, { within: PATIENCE_MS })));
    const outcome = this.judge(kind, reply);
    this.recorder.writes[entry] = { ...sent, end: performance.now(), outcome } satisfies Write;
    if (outcome === 'unknown') token.state = 'unknown';
    else if (outcome === 'acked' && kind === 'delete') {
      token.state = 'deleted';
      this.onRevoked(token);
    }
    if (outcome !== 'unknown' && token.plan.length > 0) this.idle.push(token);
  }

  private judge(kind: string, reply: Reply | undefined): Outcome {
    const outcome = outcomeOf(reply);
    this.counts[outcome] += 1;
    if (reply !== undefined && reply.status !== 200 && reply.status !== 503 && outcome === 'refused') this.surprises.push(`${kind}: ${reply.status} ${reply.text}`);
    return outcome;
  }
}

export async function attempt(send: () => Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await send();
  } catch {
    return undefined;
  }
}

/** 200 is done; 503 says that nothing was written unless it says that the outcome is unknown; no answer, and any other 5xx, leave it open. */
export function outcomeOf(reply: Reply | undefined): Outcome {
  if (reply === undefined) return 'unknown';
  if (reply.status === 200) return 'acked';
  if (reply.status >= 500) return reply.status === 503 && !/outcome unknown/i.test(reply.text) ? 'refused' : 'unknown';
  return 'refused';
}
