import { type LocalValidator, validator } from '@mintmark/client';
import Fastify from 'fastify';
import { applications } from './applications.ts';
import { hosts } from './hosts.ts';
import { observers } from './observers.ts';
import { organizations } from './organizations.ts';
import { services } from './services.ts';

export interface ProtectedApiOptions {
  readonly host: string;
  readonly port: number;
  /** The region that judges its callers. */
  readonly region: { readonly http: string; readonly grpc: string };
}

export interface ProtectedApi extends AsyncDisposable {
  readonly url: string;
  readonly validator: LocalValidator;
  /** Every one that it serves; paths as the router has them. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
}

/** A small API with the resources of five products, each guarded by its own dialect. What it shows is made up and kept in memory. */
export async function startProtectedApi({ host, port, region }: ProtectedApiOptions): Promise<ProtectedApi> {
  await using stack = new AsyncDisposableStack();
  const local = stack.use(validator(region));
  const app = stack.adopt(Fastify({ forceCloseConnections: true }), (open) => open.close());
  const routes: { readonly method: string; readonly path: string }[] = [];
  app.addHook('onRoute', ({ method, url: path }) => void routes.push(...[method].flat().map((one) => ({ method: one, path }))));
  applications(app, local);
  organizations(app, local);
  observers(app, region.http);
  hosts(app, local);
  services(app, local);
  const url = await app.listen({ host, port });
  const owned = stack.move();
  return { url, validator: local, routes, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
