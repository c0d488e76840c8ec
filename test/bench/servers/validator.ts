import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { type Entry, type LiveRecord, NO_REVISION, revision, type Revision } from '@mintmark/domain';
import { ISSUER_DEFAULTS, issuerEvents, startIssuer } from '@mintmark/issuer';
import { createSealer } from '@mintmark/keys';
import { createRecordSigner, createRecordVerifier, recordKey, recordPublicKey, trustedKey } from '@mintmark/keys/records';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { createLogger, createMetrics } from '@mintmark/kit/telemetry';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import { startValidator, VALIDATOR_DEFAULTS, validatorEvents } from '@mintmark/validator';
import { openEmbeddedView } from '@mintmark/view/embedded';
import type { View } from '@mintmark/view';
import { CREATED, tokenOf } from '../tokens.ts';
import { memory } from './memory.ts';
import { serve } from './serve.ts';

/*
 * A validator and the issuer that it has to be attached to, over an embedded view that is filled by `apply` instead of by a replicator: everything that
 * takes part in a verdict or a read is the real thing.
 */

const REGION = 'us-east';
const PER_STEP = 1_024;
const MARK_EVERY_MS = 500;
const TOKENS = { issuer: 'http://127.0.0.1', audiences: ['bench'] } as const;
const SEED = systemWorld.random.bytes(32);
const SIGNER = createRecordSigner(recordKey(SEED));
const LOOPBACK = { host: '127.0.0.1', port: 0, tls: 'insecure' } as const;

export interface ValidatorReady {
  readonly http: string;
  readonly grpc: string;
}

/** `folder` is for what it keeps; whoever starts it removes that. */
interface Options {
  readonly tokens: number;
  readonly folder: string;
  readonly cacheBytes?: number;
}

await serve(async (options: Options) => {
  const { tokens, cacheBytes = VALIDATOR_DEFAULTS.cacheBytes } = options;
  const folder = mkdtempSync(join(options.folder, 'validator-'));
  const filled = await fill(tokens);
  const log = await openEmbeddedLog({ path: folder, base: filled.at });
  const telemetry = (service: string) => ({
    logger: createLogger({ service, region: REGION, level: 'error', destination: process.stderr }),
    metrics: createMetrics({ service, region: REGION, process: false }),
  });
  const ofIssuer = telemetry('issuer');
  const verifier = createRecordVerifier({ region: REGION, keys: [trustedKey(REGION, 'issuer', recordPublicKey(SEED))] });
  const sealer = createSealer([systemWorld.random.bytes(32)], systemWorld.random.bytes);
  const issuer = await startIssuer(
    { region: REGION, authority: REGION, issuers: {}, rpc: LOOPBACK, ...ISSUER_DEFAULTS, tokens: TOKENS, predecessors: false, bootstrapResetFile: join(folder, 'none') },
    { log, view: filled.view, records: { signer: SIGNER, verifier }, sealer, world: systemWorld, events: issuerEvents(ofIssuer.logger, ofIssuer.metrics), metrics: ofIssuer.metrics },
  );
  const ofValidator = telemetry('validator');
  const validator = await startValidator(
    {
      region: REGION,
      authority: REGION,
      http: LOOPBACK,
      rpc: LOOPBACK,
      issuer: { address: `127.0.0.1:${issuer.port}`, tls: 'insecure' },
      regions: [],
      ...VALIDATOR_DEFAULTS,
      maxWatchersPerClient: VALIDATOR_DEFAULTS.maxWatchers,
      tokens: TOKENS,
      cacheBytes,
    },
    { view: filled.view, records: verifier, world: systemWorld, events: validatorEvents(ofValidator.logger, ofValidator.metrics), ...ofValidator },
  );
  while (validator.ready().some(({ ready }) => !ready)) await systemWorld.timers.sleep(10);
  const ready: ValidatorReady = { http: `http://127.0.0.1:${validator.httpPort}`, grpc: `127.0.0.1:${validator.rpcPort}` };
  return { ready, commands: { memory, change: (number: number) => filled.change(number) } };
});

/** A view with the tokens 0 to `tokens` - 1 that stays live. */
async function fill(tokens: number): Promise<{ readonly view: View; readonly at: Revision; change(number: number): Promise<number> }> {
  const view = openEmbeddedView();
  const { epoch } = await view.reset({ source: { region: REGION, incarnation: Buffer.alloc(16).toString('base64url') }, floor: NO_REVISION });
  let at = NO_REVISION;
  const apply = async (entries: readonly Entry[]): Promise<void> => {
    const to = revision(at + entries.length);
    await view.apply(entries, { epoch, from: at, to });
    at = to;
  };
  while (at < tokens) {
    const step = Math.min(PER_STEP, tokens - at);
    await apply(Array.from({ length: step }, (_, ahead) => entryAt(at + ahead + 1, at + ahead)));
  }
  await apply([{ revision: revision(at + 1), record: policyOf(at + 1) }]);
  await view.mark({ epoch, ready: true });
  setInterval(() => void view.mark({ epoch }), MARK_EVERY_MS);
  return {
    view,
    at,
    /** Writes a token again; returns when that began, by the clock that all processes of the machine share. */
    async change(number) {
      const began = Number(process.hrtime.bigint()) / 1e6;
      await apply([entryAt(at + 1, number)]);
      return began;
    },
  };
}

/** What the tokens may do. */
function policyOf(index: number): LiveRecord<'policy'> {
  const text = { description: '', rules: 'job::/bench { { permit read } }', applies: 'holders', jobAcl: null, version: 1, author: 'system', writtenAt: CREATED } as const;
  const createIndex = revision(index);
  const record = { kind: 'policy', id: 'readonly', scope: 'local', createIndex, writeId: 'w'.repeat(22), deleted: false, body: { ...text, system: false, hash: new Uint8Array(32) } } as const;
  return SIGNER.sign<LiveRecord<'policy'>>(record, undefined, index);
}

function entryAt(at: number, number: number): Entry {
  const record = SIGNER.sign(tokenOf(number), undefined, at);
  return { revision: revision(at), record: { ...record, createIndex: revision(number + 1) } };
}
