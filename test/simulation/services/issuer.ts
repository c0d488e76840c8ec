import { createSealer } from '@mintmark/keys';
import { type IssuerConfig, ISSUER_DEFAULTS, type IssuerEvents } from '@mintmark/issuer';
import { compose, loopsOf } from '@mintmark/issuer/parts';
import type { RecordSigner, RecordVerifier } from '@mintmark/keys/records';
import { background } from '@mintmark/kit/lifecycle';
import type { Log } from '@mintmark/log';
import type { ViewReader } from '@mintmark/view';
import type { SimProcess } from '../kernel/node.ts';
import { deafTo, isExpected, type OnDefect, type OnRefused } from './defects.ts';
import { simulatedPasswords } from './passwords.ts';
import { authorityPeers, type IssuerPlace, type IssuerSurface, surfaceOf } from './peers.ts';

const SEALING_KEY = Buffer.alloc(32, 7);

export interface IssuerNeeds {
  readonly log: Log;
  readonly view: ViewReader;
  /** Absent in the authority. */
  readonly authority: IssuerPlace | undefined;
  readonly records: { readonly signer: RecordSigner; readonly verifier: RecordVerifier };
  readonly onDefect: OnDefect;
  /** Hears of each record that nobody may believe (P10). */
  readonly onRefused: OnRefused;
}

/** Starts a region's issuer as a process. */
export function runIssuer(process: SimProcess, { log, view, authority, records, onDefect, onRefused }: IssuerNeeds): IssuerSurface {
  const { world, node } = process;
  const failed: IssuerEvents['failed'] = ({ method, error }) => {
    if (!isExpected(error)) onDefect(`${node.name} ${method}`, error);
  };
  const config: IssuerConfig = {
    region: node.region,
    rpc: { host: '', port: 0, tls: 'insecure' },
    ...(authority === undefined ? {} : { authority: authority.node.name }),
    ...ISSUER_DEFAULTS,
    minExpiryMs: 500,
    sweep: { everyMs: 4_000, keepMs: 3_000 },
    tokens: { issuer: 'https://simulated', audiences: ['simulated'] },
    predecessors: true,
    bootstrapResetFile: '/nonexistent/reset',
  };
  const ports = { log, view, records, sealer: createSealer([SEALING_KEY], (count) => world.random.bytes(count)), world, events: deafTo<IssuerEvents>({ failed, recordRefused: ({ kind, id, problem }) => onRefused(`${kind}/${id}`, problem) }) };
  const overrides = { passwords: simulatedPasswords(), ...(authority === undefined ? {} : { authority: authorityPeers(process, authority) }) };
  const ctx = compose(config, ports, new AsyncDisposableStack(), overrides);
  const onFailure = ({ name, error }: { name: string; error: unknown }): void => failed({ requestId: 'none', method: `loop ${name}`, error });
  for (const [name, run] of Object.entries(loopsOf(config, ctx))) process.runs(background(name, run, { world, onFailure }));
  return surfaceOf(ctx);
}
