import { Refusal } from '@mintmark/domain';
import type { validator } from '@mintmark/contract';
import type { SimCluster, SimRegion } from '../cluster.ts';
import type { SimNode } from '../kernel/node.ts';
import { unaryCall } from './rpc.ts';
import type { ValidatorSurface } from './validator.ts';

/** What came of what a client asked for. */
export type Outcome<T> =
  | { readonly kind: 'answered'; readonly value: T }
  /** The system said no, in its own words. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** Nothing came back: the connection broke, or time was up. */
  | { readonly kind: 'lost' };

const PATIENCE_MS = 15_000;

/** Has a validator do something on a client's behalf, as its HTTP routes do. */
export function atValidator<T>(cluster: SimCluster, region: SimRegion, node: SimNode, label: string, work: (surface: ValidatorSurface, signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
  const { network } = cluster;
  const { client } = region;
  return new Promise((resolve) => {
    const patience = client.timer(PATIENCE_MS, `${label} is given up`, () => resolve({ kind: 'lost' }));
    const finish = (outcome: Outcome<T>): void => {
      patience[Symbol.dispose]();
      resolve(outcome);
    };
    const deliver = (): void => {
      const { process } = node;
      const surface = process === undefined ? undefined : cluster.validatorOf(process);
      if (process === undefined || surface === undefined) return finish({ kind: 'lost' });
      const mourning = process.onCrash(() => client.timer(1, `${label} breaks`, () => finish({ kind: 'lost' })));
      const answer = (outcome: Outcome<T>): void => {
        mourning[Symbol.dispose]();
        network.send(node, client.node, { label: `${label} answer`, deliver: () => finish(outcome) });
      };
      work(surface, new AbortController().signal).then(
        (value) => answer({ kind: 'answered', value }),
        (error: unknown) => answer(refusedBy(error)),
      );
    };
    network.send(client.node, node, { label, deliver });
  });
}

/** Calls the validator's gRPC service. */
export async function callValidator<T>(cluster: SimCluster, region: SimRegion, node: SimNode, method: 'validate' | 'authorize', request: object): Promise<Outcome<T>> {
  const { client } = region;
  const offers = (process: NonNullable<SimNode['process']>) => cluster.validatorOf(process)?.validator;
  try {
    const call = { requestId: 'client', signal: new AbortController().signal, deadline: client.world.clock.now() + PATIENCE_MS, peer: 'the validator', effect: 'read' } as const;
    return { kind: 'answered', value: await unaryCall<T>(cluster.network, client, { node, offers }, method, request, call) };
  } catch (error) {
    return refusedBy(error);
  }
}

export type Verdict = validator.ValidateResponse;

function refusedBy(error: unknown): Outcome<never> {
  if (error instanceof Refusal) return { kind: 'refused', code: error.code, message: error.message };
  return { kind: 'refused', code: 'internal', message: String(error) };
}
