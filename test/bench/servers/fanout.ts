import { Server, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js';
import { validator } from '@mintmark/contract';
import { serve } from './serve.ts';

/** grpc-js and the generated codecs: one event to every open stream, in one loop. */
await serve(async () => {
  const open = new Set<ServerWritableStream<unknown, validator.WatchEvent>>();
  const server = new Server({ 'grpc.enable_channelz': 0, 'grpc.max_concurrent_streams': 1_024 });
  const watch = (call: ServerWritableStream<unknown, validator.WatchEvent>): void => {
    open.add(call);
    call.once('cancelled', () => open.delete(call));
    call.write({ index: 1, id: '', deleted: false });
  };
  server.addService({ watch: validator.ValidatorService.watch }, { watch });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  const change = (event: validator.WatchEvent): number => {
    const began = Number(process.hrtime.bigint()) / 1e6;
    for (const call of open) call.write(event);
    return began;
  };
  return { ready: `127.0.0.1:${port}`, commands: { change } };
});
