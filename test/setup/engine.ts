import { getContainerRuntimeClient, ImageName } from 'testcontainers';
import type { Program, ServerName } from './programs.ts';

const IMAGES: Readonly<Record<ServerName, string>> = {
  'nats-server': process.env.NATS_IMAGE ?? 'nats:2-alpine',
  'redis-server': process.env.REDIS_IMAGE ?? 'redis:7-alpine',
};

export function imageOf(name: ServerName): string {
  return IMAGES[name];
}

/** A container engine of this machine, or undefined where none answers. */
export async function findEngine(): Promise<Awaited<ReturnType<typeof getContainerRuntimeClient>> | undefined> {
  try {
    return await getContainerRuntimeClient();
  } catch {
    return undefined;
  }
}

/** The server's image, if an engine answers and has it. */
export async function findImage(name: ServerName): Promise<Program | undefined> {
  const engine = await findEngine();
  const image = ImageName.fromString(IMAGES[name]);
  if (engine === undefined || !(await engine.image.exists(image))) return undefined;
  const { Config } = await engine.image.inspect(image);
  const version = /^(?:NATS_SERVER|REDIS_VERSION)=v?(\d+\.\d+\.\d+)/m.exec((Config.Env ?? []).join('\n'))?.[1];
  return { kind: 'image', image: IMAGES[name], version: version ?? '0.0.0' };
}

export async function pullImage(name: ServerName): Promise<void> {
  const engine = await findEngine();
  await engine?.image.pull(ImageName.fromString(IMAGES[name]));
}
