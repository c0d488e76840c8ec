import { AUTHORITY_KEY, type AuthorityBody, type Entry, type MintRecord, NO_REVISION, type Revision, type Scope, tokenHash } from '@mintmark/domain';
import { createRecordSigner, createRecordVerifier, recordKey, recordPublicKey, trustedKey } from '@mintmark/keys/records';
import { systemWorld } from '@mintmark/kit/lifecycle';
import type { Log, LogReader } from '@mintmark/log';
import type { View } from '@mintmark/view';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { compose, loopsOf } from './compose.ts';
import type { ReplicatorConfig } from './config.ts';
import type { Projector } from './core/projector.ts';
import type { Puller } from './core/puller.ts';
import { type DigestPeer, digestOf, rangesOf } from './core/verify/peer.ts';
import type { ReplicatorEvents } from './events.ts';
import type { StatusSources } from './status.ts';

export const silent: ReplicatorEvents = {
  interrupted: () => undefined,
  folding: () => undefined,
  ready: () => undefined,
  restored: () => undefined,
  projected: () => undefined,
  pulled: () => undefined,
  reconciled: () => undefined,
  compared: () => undefined,
  compacted: () => undefined,
  setAside: () => undefined,
  notHandedOver: () => undefined,
  trouble: () => undefined,
};

const seeds = { us: Buffer.alloc(32, 1), eu: Buffer.alloc(32, 2), replicator: Buffer.alloc(32, 3) };
const trusted = [
  trustedKey('us', 'issuer', recordPublicKey(seeds.us)),
  trustedKey('eu', 'issuer', recordPublicKey(seeds.eu)),
  trustedKey('eu', 'replicator', recordPublicKey(seeds.replicator)),
];
/** Local records are those of `eu`. */
const issuers = { global: createRecordSigner(recordKey(seeds.us)), local: createRecordSigner(recordKey(seeds.eu)) };

let counter = 0;
/** A client token. */
export function token(id: string, name: string, scope: Scope = 'global', createIndex = NO_REVISION): MintRecord {
  counter += 1;
  const said = { name, type: 'client', policies: ['p'], roleIds: [] } as const;
  const body = {
    ...said,
    secret: { digest: counter.toString(16).padStart(64, '0'), sealed: new Uint8Array() },
    hash: tokenHash({ ...said, scope }),
    createTime: '2026-01-01T00:00:00Z',
    expirationTime: null,
    expirationTtl: 0,
  };
  return issuers[scope].sign({ kind: 'token', id, scope, deleted: false, createIndex, writeId: `write-${counter}`, body }, undefined, counter);
}

/** Who is the authority, as the issuer of `eu` says. */
export function claim(body: AuthorityBody): MintRecord {
  counter += 1;
  return issuers.local.sign({ ...AUTHORITY_KEY, deleted: false, createIndex: NO_REVISION, writeId: `write-${counter}`, body }, undefined, counter);
}

/** The end of what an entry says. */
export function end(entry: Entry): MintRecord {
  counter += 1;
  const { kind, id, scope, createIndex } = entry.record;
  return issuers[scope].sign({ kind, id, scope, deleted: true, createIndex, writeId: `write-${counter}` } as MintRecord, undefined, counter);
}

export const id = (n: number): string => `00000000-0000-0000-0000-${n.toString().padStart(12, '0')}`;

/** Nothing is compared, or purged, but when a test says so. */
const NEVER_MS = 2 ** 30;

/** What a region's replicator signs and judges records with. */
export function recordsOf(region: string) {
  return { signer: createRecordSigner(recordKey(seeds.replicator)), verifier: createRecordVerifier({ region, keys: trusted }) };
}

/** A region's replicator between a log and a view. */
export class Region {
  readonly log: Log;
  readonly view: View;
  readonly #stop = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  parts!: StatusSources;

  constructor(log: Log, view: View = openEmbeddedView()) {
    this.log = log;
    this.view = view;
  }

  get projector(): Projector {
    return this.parts.projector;
  }

  get puller(): Puller | undefined {
    return this.parts.puller;
  }

  start(name: string, source?: LogReader | ((region: string) => LogReader), events: Partial<ReplicatorEvents> = {}, authority?: Region): void {
    const { signal } = this.#stop;
    const config: ReplicatorConfig = {
      region: name,
      authority: source === undefined ? name : name === 'us' ? 'eu' : 'us',
      rpc: { host: '', port: 0, tls: 'insecure' },
      tombstones: { keepMs: NEVER_MS, everyMs: NEVER_MS },
      verify: { everyMs: NEVER_MS, storesEveryMs: NEVER_MS },
    };
    const records = recordsOf(name);
    const ports = { log: this.log, view: this.view, sourceOf: typeof source === 'function' ? source : () => source, peerOf: () => authority && peerOf(authority), records, world: systemWorld, events: { ...silent, ...events } };
    this.parts = compose(config, ports);
    this.#running = Promise.all(loopsOf(config, ports, this.parts).map(({ run }) => run(signal)));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** The region's live global records by id, as the view shows them. */
  async shown(): Promise<Map<string, string>> {
    const { value } = await this.view.list('token', { order: 'id', limit: 1_000 });
    return new Map(value.filter(({ record }) => record.scope === 'global').map(({ record }) => [record.id, record.body.name]));
  }

  async covers(revision: Revision): Promise<void> {
    await this.projector.until((state) => (this.puller?.shown(state.applied)?.covered ?? NO_REVISION) >= revision, AbortSignal.timeout(5_000));
  }
}

function peerOf({ parts }: Region): DigestPeer {
  return { digest: async (request) => digestOf(parts.keeper.kept, request), range: async (request) => rangesOf(parts.keeper.kept, request) };
}
