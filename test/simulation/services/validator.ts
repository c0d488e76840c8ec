import type { RecordVerifier } from '@mintmark/keys/records';
import { background } from '@mintmark/kit/lifecycle';
import { VALIDATOR_DEFAULTS, type ValidatorConfig, type ValidatorEvents } from '@mintmark/validator';
import { type AclServices, compose, type Composed, composeAcl, loopsOf, validatorService } from '@mintmark/validator/parts';
import type { ViewReader } from '@mintmark/view';
import type { SimProcess } from '../kernel/node.ts';
import { deafTo, isExpected, type OnDefect, type OnRefused } from './defects.ts';
import { type IssuerPlace, validatorPeers } from './peers.ts';
import type { Offered } from './rpc.ts';

export interface ValidatorNeeds {
  readonly view: ViewReader;
  readonly issuer: IssuerPlace;
  readonly authority: string;
  readonly records: RecordVerifier;
  readonly onDefect: OnDefect;
  /** Hears of each record that nobody may believe (P10). */
  readonly onRefused: OnRefused;
  /** Hears of answers that the cache gave because the view could not be read. */
  readonly onStale: () => void;
}

/** What a validator's process offers. */
export interface ValidatorSurface extends Composed {
  readonly validator: Offered;
  /** What the routes of the `acl` dialect stand on. */
  readonly acl: AclServices;
}

/** Requests to other regions by HTTP are not simulated. */
const NOWHERE = {} as Parameters<typeof composeAcl>[1];

/** Starts a validator as a process. */
export function runValidator(process: SimProcess, { view, issuer, authority, records, onDefect, onRefused, onStale }: ValidatorNeeds): ValidatorSurface {
  const { world, node } = process;
  const config: ValidatorConfig = {
    region: node.region,
    authority,
    http: { host: '', port: 0 },
    rpc: { host: '', port: 0, tls: 'insecure' },
    issuer: { address: issuer.node.name, tls: 'insecure' },
    regions: [],
    ...VALIDATOR_DEFAULTS,
    cacheBytes: 1 << 20,
    rememberedTokens: 100,
    rememberedSecrets: 100,
    tokens: { issuer: 'https://simulated', audiences: ['simulated'] },
  };
  const failed = (where: string, error: unknown): void => {
    if (!isExpected(error)) onDefect(`${node.name} ${where}`, error);
  };
  const events = deafTo<ValidatorEvents>({
    failed: ({ method, error }) => failed(method, error),
    recordRefused: ({ kind, id, problem }) => onRefused(`${kind}/${id}`, problem),
    authenticated: (source) => {
      if (source === 'stale') onStale();
    },
  });
  const composed = compose(config, { view, records, world, events }, new AsyncDisposableStack(), { peers: validatorPeers(process, issuer) });
  for (const [name, run] of Object.entries(loopsOf(composed))) process.runs(background(name, run, { world, onFailure: ({ error }) => failed(`loop ${name}`, error) }));
  const acl = composeAcl({ ...composed.ctx, events, stopping: new AbortController().signal }, NOWHERE);
  return { ...composed, validator: validatorService(composed.ctx), acl };
}
