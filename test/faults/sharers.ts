import { setTimeout as pause } from 'node:timers/promises';
import type { AclApi, TokenJson } from '../scenarios/support/acl.ts';
import type { Fixture } from '../scenarios/support/fixture.ts';
import { json } from '../scenarios/support/http.ts';
import type { Rng } from '../simulation/kernel/rng.ts';
import type { Access, Recorder } from './history.ts';
import type { Observer } from './observers.ts';
import { attempt, outcomeOf, PATIENCE_MS } from './workload.ts';

const GROUPS = 3;
const CLIENTS = 3;
const PAUSE_MS = 120;
const ACTIONS = { update: 45, read: 50, delete: 1 } as const;

/**
 * Clients that share tokens, a few to each: they change one and the same through different regions, and read it at the authority. Once a token may be deleted
 * they go on with a new one.
 */
export function shareTokens(fixture: Fixture, recorder: Recorder, rng: Rng): Observer {
  const over = new AbortController();
  const groups = Array.from({ length: GROUPS }, (_, group) => shareOne(fixture, recorder, rng.fork(`group ${group}`), over.signal));
  return {
    async stop() {
      over.abort();
      await Promise.all(groups);
    },
  };
}

async function shareOne(fixture: Fixture, recorder: Recorder, rng: Rng, over: AbortSignal): Promise<void> {
  for (let turn = 0; !over.aborted; turn += 1) {
    const key = await create(fixture.us, recorder, over);
    if (key === undefined) continue;
    const ended = new AbortController();
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      const own = rng.fork(`${turn} ${client}`);
      for (let round = 0; !over.aborted && !ended.signal.aborted; round += 1) {
        await act({ fixture, recorder, key, name: `shared-${client}-${round}`, rng: own, deleting: () => ended.abort() });
        await pause(own.between(0, 2 * PAUSE_MS));
      }
    });
    await Promise.all(clients);
    await read(fixture.us, key, recorder);
  }
}

async function create(api: AclApi, recorder: Recorder, over: AbortSignal): Promise<string | undefined> {
  const start = performance.now();
  const reply = await attempt(() => api.create({ Name: 'shared', Type: 'client', Policies: ['run'], Global: true }, { within: PATIENCE_MS }));
  if (reply?.status !== 200) {
    await pause(PAUSE_MS, undefined, { signal: over }).catch(() => undefined);
    return undefined;
  }
  const key = json<TokenJson>(reply).AccessorID;
  recorder.accesses.push({ key, kind: 'create', value: 'shared', region: api.region.name, start, end: performance.now(), outcome: 'acked' });
  return key;
}

interface Act {
  readonly fixture: Fixture;
  readonly recorder: Recorder;
  readonly key: string;
  readonly name: string;
  readonly rng: Rng;
  readonly deleting: () => void;
}

async function act({ fixture, recorder, key, name, rng, deleting }: Act): Promise<void> {
  const kind = rng.weighted(ACTIONS);
  if (kind === 'read') return read(fixture.us, key, recorder);
  const api = rng.pick(fixture.all);
  if (kind === 'delete') deleting();
  const access = { key, kind, value: kind === 'delete' ? null : name, region: api.region.name, start: performance.now() };
  const body = { AccessorID: key, Name: name, Type: 'client', Policies: ['run'] };
  const reply = await attempt(() => (kind === 'delete' ? api.delete(key, { within: PATIENCE_MS }) : api.update(key, body, { within: PATIENCE_MS })));
  recorder.accesses.push({ ...access, end: performance.now(), outcome: outcomeOf(reply) });
}

/** An answer that is neither the token nor that there is none tells nothing. */
async function read(api: AclApi, key: string, recorder: Recorder): Promise<void> {
  const access = { key, kind: 'read', region: api.region.name, start: performance.now() } as const;
  const reply = await attempt(() => api.read(key, {}, { within: PATIENCE_MS }));
  const told = { ...access, end: performance.now(), outcome: 'acked' } satisfies Partial<Access>;
  if (reply?.status === 404) recorder.accesses.push({ ...told, value: null });
  if (reply?.status !== 200) return;
  const { Name, ModifyIndex } = json<TokenJson>(reply);
  recorder.accesses.push({ ...told, value: Name, modifyIndex: ModifyIndex });
}
