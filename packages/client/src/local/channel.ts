import { readFileSync } from 'node:fs';
import { credentials } from '@grpc/grpc-js';
import { validator } from '@mintmark/contract';

/** Files in PEM form. `cert` and `key` where the region wants to know its clients. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A connection to a region's gRPC surface, `host:port`. It reconnects by itself. */
export function connect(address: string, tls: TlsOptions | undefined): validator.ValidatorClient {
  const read = (path: string | undefined): Buffer | null => (path === undefined ? null : readFileSync(path));
  const channel = tls === undefined ? credentials.createInsecure() : credentials.createSsl(read(tls.ca), read(tls.key), read(tls.cert));
  return new validator.ValidatorClient(address, channel, {
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1_000,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_http_proxy': 0,
  });
}
