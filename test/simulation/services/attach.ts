import type { issuer } from '@mintmark/contract';
import { CallEnded } from '@mintmark/kit/lifecycle';
import type { BidiCall, Incoming } from '@mintmark/kit/rpc';
import { attach, type IssuerContext } from '@mintmark/issuer/parts';
import type { Network } from '../kernel/network.ts';
import type { SimNode, SimProcess } from '../kernel/node.ts';
import { Pipe } from './channel.ts';

const NO_CONNECTION = new CallEnded('cancelled');

/** A validator's stream to whatever issuer runs on the machine now. */
export function openAttachment(
  network: Network,
  from: SimProcess,
  to: { readonly node: SimNode; readonly context: (process: SimProcess) => IssuerContext | undefined },
  signal: AbortSignal,
): BidiCall<issuer.Coverage, issuer.Attached> {
  const { process } = to.node;
  const ctx = process === undefined ? undefined : to.context(process);
  const answers = new Pipe<issuer.Attached>(network, process ?? from, from, 'attached');
  const reports = new Pipe<issuer.Coverage>(network, from, process ?? from, 'coverage');
  const over = new AbortController();
  const end = (reason: unknown): void => {
    over.abort(reason);
    answers.break(reason);
    reports.break(reason);
  };
  if (process === undefined || ctx === undefined) from.timer(1, 'attach is refused', () => end(NO_CONNECTION));
  else serve(ctx, process, reports, answers, from, over.signal);
  signal.addEventListener('abort', () => end(signal.reason), { once: true });
  return { responses: incoming(answers), send: async (report) => reports.send(report), end: () => end(NO_CONNECTION), cancel: end, [Symbol.dispose]: () => end(NO_CONNECTION) };
}

function serve(ctx: IssuerContext, process: SimProcess, reports: Pipe<issuer.Coverage>, answers: Pipe<issuer.Attached>, from: SimProcess, signal: AbortSignal): void {
  process.onCrash(() => from.timer(5, 'attach breaks', () => answers.break(NO_CONNECTION)));
  from.onCrash(() => process.timer(5, 'attach breaks', () => reports.break(NO_CONNECTION)));
  const run = async (): Promise<void> => {
    for await (const answer of attach(ctx, reports, signal)) answers.send(answer);
  };
  run().catch(() => answers.break(NO_CONNECTION));
}

function incoming(answers: Pipe<issuer.Attached>): Incoming<issuer.Attached> {
  return {
    next: () => answers.next(),
    return: async () => ({ value: undefined, done: true }),
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {},
  };
}
