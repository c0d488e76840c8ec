import { GenericContainer, getContainerRuntimeClient } from 'testcontainers';
import { Output, type Running } from './running.ts';

/** Starts an image's program as a container that shares the machine's network and the one folder, with this user's rights. It is removed when it ends. */
export async function startContainer(image: string, command: readonly string[], folder: string): Promise<Running> {
  const output = new Output();
  const started = await new GenericContainer(image)
    .withCommand([...command])
    .withNetworkMode('host')
    .withUser(`${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`)
    .withBindMounts([{ source: folder, target: folder, mode: 'rw' }])
    .withLogConsumer((stream) => stream.setEncoding('utf8').on('data', (chunk: string) => output.add(chunk, 'stdout')))
    .start();
  const engine = await getContainerRuntimeClient();
  const container = engine.container.getById(started.getId());
  let alive = true;
  const ended = container.wait().then(async (result: { readonly StatusCode: number }) => {
    alive = false;
    await container.remove({ v: true, force: true });
    return result.StatusCode;
  });
  return {
    pid: undefined,
    ended,
    get alive() {
      return alive;
    },
    signal: async (name) => {
      // It may end between the look and the signal.
      if (alive) await container.kill({ signal: name }).catch(() => undefined);
    },
    output: () => output.text(),
    onLine: (call) => output.onLine(call),
  };
}
