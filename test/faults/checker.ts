import { isLinearizable } from './linearizable.ts';
import type { Access, FeedEvent, Final, History, Look, Use, Write } from './history.ts';

/** One broken promise, by its number, in words. */
export interface Violation {
  readonly promise: 'linearizable' | 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6' | 'P7';
  readonly what: string;
}

export interface Limits {
  /** Region that executes global writes. */
  readonly authority: string;
  /** Milliseconds after which a revocation must be felt in every region that is connected. */
  readonly revocationMs: number;
  /** When a region, by its name, was not connected as it should be. */
  readonly disturbances: readonly Disturbance[];
}

export interface Disturbance {
  readonly region: string;
  readonly from: number;
  /** When it was itself again. */
  readonly to: number;
}

/** Every promise that the history breaks; empty when it breaks none. Pure. */
export function violations(history: History, limits: Limits): Violation[] {
  return [
    ...lostWrites(history),
    ...divergence(history.finals, history.writes),
    ...strayLocals(history),
    ...backwardIndexes(history.looks),
    ...acceptedRevoked(history, limits),
    ...forgottenRefusals(history),
    ...refusedLive(history),
    ...feedRepeats(history.events),
    ...feedGaps(history),
    ...disorder(history.accesses),
    ...backwardRecords(history.accesses),
  ];
}

/** P1: the last acknowledged write of a token, or a later one whose outcome is unknown, is what every region that must hold it shows. */
function lostWrites({ writes, finals }: History): Violation[] {
  const found: Violation[] = [];
  for (const [accessor, own] of byAccessor(writes)) {
    const allowed = possibleEnds(own);
    for (const final of finals.filter((each) => mustHold(own, each.region))) {
      const name = final.tokens.get(accessor)?.name ?? ABSENT;
      if (!allowed.has(name)) found.push({ promise: 'P1', what: `${final.region} holds ${accessor} as ${name}, not as ${[...allowed].join(' or ')}` });
    }
  }
  return found;
}

const ABSENT = '(absent)';

/** The names under which a token may stand at the end, `ABSENT` for none. */
function possibleEnds(own: readonly Write[]): Set<string> {
  let ends = new Set<string>([ABSENT]);
  for (const write of own) {
    const after = write.kind === 'delete' ? ABSENT : write.name;
    if (write.outcome === 'acked') ends = new Set([after]);
    else if (write.outcome === 'unknown') ends.add(after);
  }
  return ends;
}

function mustHold(own: readonly Write[], region: string): boolean {
  const [first] = own;
  return first?.scope === 'global' || first?.region === region;
}

/** P3: all regions hold the same global tokens in the same state, whatever became of the writes in doubt. */
function divergence(finals: readonly Final[], writes: readonly Write[]): Violation[] {
  const globals = new Set(writes.filter(({ scope }) => scope === 'global').map(({ accessor }) => accessor));
  const [first, ...rest] = finals;
  if (first === undefined) return [];
  return [...globals].flatMap((accessor) => {
    const name = first.tokens.get(accessor)?.name ?? ABSENT;
    return rest.flatMap((final): Violation[] => {
      const other = final.tokens.get(accessor)?.name ?? ABSENT;
      return other === name ? [] : [{ promise: 'P3', what: `${accessor} is ${name} in ${first.region} and ${other} in ${final.region}` }];
    });
  });
}

/** Each key of the authority is a register: its accesses can be put in one order. */
function disorder(accesses: readonly Access[]): Violation[] {
  const keys = [...Map.groupBy(accesses, ({ key }) => key)].filter(([, own]) => !isLinearizable(own));
  return keys.map(([key, own]) => ({ promise: 'linearizable', what: `no order explains the ${own.length} accesses to ${key}` }));
}

/** P3: nobody reads an older state of a record than one that was read before he asked. */
function backwardRecords(accesses: readonly Access[]): Violation[] {
  const reads = accesses.filter(({ kind, modifyIndex }) => kind === 'read' && modifyIndex !== undefined);
  return [...Map.groupBy(reads, ({ key, region }) => `${key} in ${region}`)].flatMap(([where, own]) => {
    const ended = own.toSorted((a, b) => a.end - b.end);
    let [at, highest] = [0, 0];
    return own.toSorted((a, b) => a.start - b.start).flatMap((read): Violation[] => {
      for (let next = ended[at]; next !== undefined && next.end < read.start; next = ended[at]) {
        highest = Math.max(highest, next.modifyIndex ?? 0);
        at += 1;
      }
      return (read.modifyIndex ?? 0) < highest ? [{ promise: 'P3', what: `${where} was read at ${read.modifyIndex} after ${highest}` }] : [];
    });
  });
}

/** P5: a local token stands in no region but its own. */
function strayLocals({ writes, finals }: History): Violation[] {
  return writes.filter(({ kind, scope }) => kind === 'create' && scope === 'local').flatMap(({ accessor, region }) =>
    finals.filter((final) => final.region !== region && final.tokens.has(accessor)).map((final): Violation => ({ promise: 'P5', what: `local ${accessor} of ${region} is in ${final.region}` })),
  );
}

/** P3: no poller sees an index below one that it was told before it asked. */
function backwardIndexes(looks: readonly Look[]): Violation[] {
  const found: Violation[] = [];
  const highest = new Map<string, number>();
  for (const look of looks) {
    const before = highest.get(look.poller) ?? 0;
    if (look.index < before) found.push({ promise: 'P3', what: `${look.poller} was told ${look.index} by ${look.region} after ${before}` });
    highest.set(look.poller, Math.max(before, look.index));
  }
  return found;
}

/** P7: where a delete was decided nobody is let in afterwards; in other regions, unless they or the authority were disturbed meanwhile, not after the limit. */
function acceptedRevoked({ writes, uses }: History, limits: Limits): Violation[] {
  const deletes = new Map(writes.filter(({ kind, outcome }) => kind === 'delete' && outcome === 'acked').map((write) => [write.accessor, write]));
  return uses.flatMap((use): Violation[] => {
    const gone = deletes.get(use.accessor);
    if (gone === undefined || !use.accepted) return [];
    const decided = gone.scope === 'global' ? limits.authority : gone.region;
    const excused = limits.disturbances.some(({ region, from, to }) => [use.region, decided].includes(region) && from <= use.start && to >= gone.start);
    if (use.region !== decided && excused) return [];
    const late = use.start - gone.end - (use.region === decided ? 0 : limits.revocationMs);
    return late > 0 ? [{ promise: 'P7', what: `${use.region} accepted ${use.accessor} ${Math.round(use.start - gone.end)} ms after its delete by way of ${gone.region}` }] : [];
  });
}

/** P2: a region that has refused a token after its delete was begun never accepts it again. */
function forgottenRefusals({ writes, uses }: History): Violation[] {
  const begun = new Map(writes.filter(({ kind }) => kind === 'delete').map(({ accessor, start }) => [accessor, start]));
  const refused = new Map<string, Use>();
  for (const use of uses.toSorted((a, b) => a.end - b.end)) {
    const key = `${use.region} ${use.accessor}`;
    if (!use.accepted && use.start > (begun.get(use.accessor) ?? Number.POSITIVE_INFINITY) && !refused.has(key)) refused.set(key, use);
  }
  return uses.flatMap((use): Violation[] => {
    const earlier = refused.get(`${use.region} ${use.accessor}`);
    if (!use.accepted || earlier === undefined || use.start <= earlier.end) return [];
    return [{ promise: 'P2', what: `${use.region} accepted ${use.accessor} ${Math.round(use.start - earlier.end)} ms after it had refused it` }];
  });
}

/** P6: a region that can tell never refuses a token that was acknowledged before and that nobody has begun to delete. It may say that it cannot tell. */
function refusedLive({ writes, uses }: History): Violation[] {
  const lives = new Map<string, { readonly from: number; readonly to: number; readonly home: string | undefined }>();
  for (const [accessor, own] of byAccessor(writes)) {
    const create = own.find(({ kind, outcome }) => kind === 'create' && outcome === 'acked');
    const gone = own.find(({ kind, outcome }) => kind === 'delete' && outcome !== 'refused');
    if (create !== undefined) lives.set(accessor, { from: create.end, to: gone?.start ?? Number.POSITIVE_INFINITY, home: create.scope === 'local' ? create.region : undefined });
  }
  return uses.flatMap((use): Violation[] => {
    const life = lives.get(use.accessor);
    const must = life !== undefined && use.start >= life.from && use.end < life.to && (life.home ?? use.region) === use.region;
    return must && !use.accepted ? [{ promise: 'P6', what: `${use.region} refused live ${use.accessor} ${Math.round(use.start - life.from)} ms after its creation` }] : [];
  });
}

/**
 * P4: a follower is sent strictly increasing indexes, over all its reconnections, above the index of any list that it had to read in between. A long list may
 * show records that are newer than its index; a follower that goes on from that index is sent those again, once.
 */
function feedRepeats(events: readonly FeedEvent[]): Violation[] {
  const found: Violation[] = [];
  const last = new Map<string, number>();
  for (const event of events) {
    const before = last.get(event.follower) ?? 0;
    if (event.by === 'sent' && event.index <= before) found.push({ promise: 'P4', what: `${event.follower} was sent ${event.index} of ${event.region} after ${before}` });
    last.set(event.follower, Math.max(before, event.through));
  }
  return found;
}

/** P4: of every token the last event that a follower was sent is the state in which its region holds it. */
function feedGaps({ events, finals, writes }: History): Violation[] {
  const followers = Map.groupBy(events, ({ follower }) => follower);
  return [...followers.values()].flatMap((own) => {
    const region = own[0]?.region;
    const final = finals.find((each) => each.region === region);
    return final === undefined ? [] : gapsOf(own, final, writes);
  });
}

function gapsOf(events: readonly FeedEvent[], final: Final, writes: readonly Write[]): Violation[] {
  const last = new Map(events.map((event) => [event.accessor, event]));
  const follower = events[0]?.follower ?? '';
  const written = new Set(writes.map(({ accessor }) => accessor));
  const missed = [...final.tokens].filter(([accessor]) => written.has(accessor)).flatMap(([accessor, { modifyIndex }]): Violation[] => {
    const event = last.get(accessor);
    if (event?.index === modifyIndex && !event.deleted) return [];
    return [{ promise: 'P4', what: `${follower} was last sent ${event === undefined ? 'nothing' : `${event.index}${event.deleted ? ', deleted' : ''}`} of ${accessor}, which stands at ${modifyIndex}` }];
  });
  const undead = [...last.values()].filter(({ accessor, deleted }) => !deleted && written.has(accessor) && !final.tokens.has(accessor));
  return [...missed, ...undead.map(({ accessor }): Violation => ({ promise: 'P4', what: `${follower} was never sent the delete of ${accessor}` }))];
}

function byAccessor(writes: readonly Write[]): Map<string, Write[]> {
  return Map.groupBy(writes.toSorted((a, b) => a.start - b.start), ({ accessor }) => accessor);
}
