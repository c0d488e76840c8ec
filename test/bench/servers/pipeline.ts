import { systemWorld } from '@mintmark/kit/lifecycle';
import { type PipelineOptions, startPipeline } from '@mintmark/pipeline';
import { serve } from './serve.ts';

/** What `mintmark pipeline` runs. */
await serve(async (options: Pick<PipelineOptions, 'job' | 'target'> & { readonly credential: string }) => {
  const { port } = await startPipeline({ ...options, host: '127.0.0.1', port: 0 }, systemWorld);
  return { ready: `http://127.0.0.1:${port}` };
});
