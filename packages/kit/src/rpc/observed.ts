import { status } from '@grpc/grpc-js';
import type { Metrics } from '../telemetry/index.ts';
import type { FinishedCall } from './calls.ts';

/** Calls as `mintmark_rpc_request_seconds`, by method and status: for `observe` of one server. */
export function observedIn(metrics: Metrics): (call: FinishedCall) => void {
  const seconds = metrics.histogram<'method' | 'code'>({
    name: 'mintmark_rpc_request_seconds',
    help: 'Time from the arrival of a gRPC call to its end, by method and status; streams included.',
    labels: ['method', 'code'],
  });
  const known = new Map<string, { observe(value: number): void }[]>();
  return ({ method, code, durationMs }) => {
    let byCode = known.get(method);
    if (byCode === undefined) {
      byCode = [];
      known.set(method, byCode);
    }
    byCode[code] ??= seconds.of({ method, code: status[code] });
    byCode[code].observe(durationMs / 1_000);
  };
}
