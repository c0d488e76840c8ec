import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { createMetrics } from '../telemetry/index.ts';
import { observedIn } from './observed.ts';

test('calls are counted by method and status, in seconds', async () => {
  const metrics = createMetrics({ service: 'issuer', region: 'here', process: false });
  const observe = observedIn(metrics);
  observe({ method: '/mintmark.v1.Issuer/UpsertToken', code: status.OK, durationMs: 2 });
  observe({ method: '/mintmark.v1.Issuer/UpsertToken', code: status.OK, durationMs: 3 });
  observe({ method: '/mintmark.v1.Issuer/UpsertToken', code: status.UNAVAILABLE, durationMs: 1 });
  const lines = (await metrics.render()).split('\n').map((line) => line.replace(/,?(service|region)="[^"]*"/g, ''));
  expect(lines).toContain('mintmark_rpc_request_seconds_count{method="/mintmark.v1.Issuer/UpsertToken",code="OK"} 2');
  expect(lines).toContain('mintmark_rpc_request_seconds_sum{method="/mintmark.v1.Issuer/UpsertToken",code="OK"} 0.005');
  expect(lines).toContain('mintmark_rpc_request_seconds_count{method="/mintmark.v1.Issuer/UpsertToken",code="UNAVAILABLE"} 1');
});
