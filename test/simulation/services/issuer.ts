import { createSealer } from '@mintmark/keys';
import { type IssuerConfig, ISSUER_DEFAULTS, type IssuerEvents } from '@mintmark/issuer';
import { type AuthorityPeers, compose, loopsOf } from '@mintmark/issuer/parts';
import type { RecordSigner, RecordVerifier } from '@mintmark/keys/records';
import { background } from '@mintmark/kit/lifecycle';
import type { Log } from '@mintmark/log';
import type { ViewReader } from '@mintmark/view';
import type { SimProcess } from '../kernel/node.ts';
import { deafTo, isExpected, type OnDefect, type OnRefused } from './defects.ts';
import { simulatedPasswords } from './passwords.ts';
import { issuerPeers, type IssuerPlace, type IssuerSurface, surfaceOf } from './peers.ts';

const SEALING_KEY = Buffer.alloc(32, 7);

export interface IssuerNeeds {
  readonly log: Log;
  readonly view: ViewReader;
  /** Who is the authority as long as nobody was promoted. */
  readonly authority: string;
  /** Every region's issuer. */
  readonly issuers: ReadonlyMap<string, IssuerPlace>;
  readonly records: { readonly signer: RecordSigner; readonly verifier: RecordVerifier };
  readonly onDefect: OnDefect;
  /** Hears of each record that nobody may believe (P10). */
  readonly onRefused: OnRefused;
}

/** Starts a region's issuer as a process. */
export function runIssuer(process: SimProcess, { log, view, authority, issuers, records, onDefect, onRefused }: IssuerNeeds): IssuerSurface {
  const { world, node } = process;
  const failed: IssuerEvents['failed'] = ({ method, error }) => {
    if (!isExpected(error)) onDefect(`${node.name} ${method}`, error);
  };
  const config: IssuerConfig = {
    region: node.region,
    rpc: { host: '', port: 0, tls: 'insecure' },
    authority,
    issuers: Object.fromEntries([...issuers].map(([region, place]) => [region, place.node.name])),
    ...ISSUER_DEFAULTS,
    minExpiryMs: 500,
    sweep: { everyMs: 4_000, keepMs: 3_000 },
    tokens: { issuer: 'https://simulated', audiences: ['simulated'] },
    predecessors: true,
    bootstrapResetFile: '/nonexistent/reset',
  };
  const ports = { log, view, records, sealer: createSealer([SEALING_KEY], (count) => world.random.bytes(count)), world, events: deafTo<IssuerEvents>({ failed, recordRefused: ({ kind, id, problem }) => onRefused(`${kind}/${id}`, problem) }) };
  const peers = new Map([...issuers].map(([region, place]) => [region, issuerPeers(process, place)]));
  const overrides = { passwords: simulatedPasswords(), peers: (region: string) => peers.get(region) as AuthorityPeers };
  const ctx = compose(config, ports, new AsyncDisposableStack(), overrides);
  const onFailure = ({ name, error }: { name: string; error: unknown }): void => failed({ requestId: 'none', method: `loop ${name}`, error });
  for (const [name, run] of Object.entries(loopsOf(config, ctx))) process.runs(background(name, run, { world, onFailure }));
  return surfaceOf(ctx);
}
