import { Server, ServerCredentials } from '@grpc/grpc-js';
import { validator } from '@mintmark/contract';
import { serve } from './serve.ts';

/** grpc-js and the generated codecs, nothing else: every request is decoded, every answer is the same one and is encoded. */
await serve(async ({ answer }: { readonly answer: unknown }) => {
  const response = validator.ValidateResponse.decode(Buffer.from(answer as string, 'base64'));
  const server = new Server({ 'grpc.enable_channelz': 0, 'grpc.max_concurrent_streams': 1_024 });
  const validate = validator.ValidatorService.validate;
  server.addService({ validate }, { validate: (_call: unknown, callback: (error: null, value: unknown) => void) => callback(null, response) });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  return { ready: `127.0.0.1:${port}` };
});
