import type { Server } from 'node:net';
import type { Bound } from './bound.ts';

/** Bounds the connections of a server that listens: further ones are closed before a byte is read, and counted. */
export function boundConnections(listener: Server, limit: number, name = 'rpc_connections'): Bound {
  const refused = { full: 0 };
  let taken = 0;
  listener.maxConnections = limit;
  listener.on('drop', () => {
    refused.full += 1;
  });
  listener.on('connection', (socket) => {
    taken += 1;
    socket.once('close', () => {
      taken -= 1;
    });
  });
  return {
    name,
    limit,
    refused,
    get taken() {
      return taken;
    },
  };
}
