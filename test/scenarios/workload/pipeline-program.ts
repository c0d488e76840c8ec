import { spawn } from 'node:child_process';
import { mintmark } from '../../harness/programs.ts';

/** `mintmark pipeline` on a free port, until the stack ends; its origin. `credential` is a file. */
export async function startPipelineProgram(stack: AsyncDisposableStack, { job, target, credential }: { readonly job: string; readonly target: string; readonly credential: string }): Promise<string> {
  const { command, args } = mintmark();
  const child = spawn(command, [...args, 'pipeline', '--job', job, '--listen', '127.0.0.1:0', '--target', target, '--credential-file', credential], { stdio: ['ignore', 'pipe', 'inherit'] });
  stack.defer(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
  });
  let printed = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    printed += String(chunk);
    const origin = /listens on (http:\/\/\S+),/.exec(printed)?.[1];
    if (origin !== undefined) return origin;
  }
  throw new Error(`the pipeline ended: ${printed}`);
}
