import type { Command } from 'commander';
import type { Environment } from '../../environment.ts';
import { group } from '../leaf.ts';
import { addClientDelete, addClientInfo, addClientList } from './read.ts';
import { addClientSecret } from './secret.ts';
import { addClientTemporaryToken } from './temporary-token.ts';
import { addClientToken } from './token.ts';
import { addClientCreate, addClientNotBefore, addClientSwitches, addClientUpdate } from './write.ts';

/** `mintmark client`: OAuth API clients. Named by ID, `name@account`, or name. Their administrator is MINTMARK_TOKEN, or MINTMARK_USERNAME (`user@account`). */
export function addClient(program: Command, env: Environment): void {
  const client = group(program, 'client', 'OAuth API clients; named by ID, name@account or name');
  for (const add of [
    ...[addClientList, addClientInfo, addClientCreate, addClientUpdate, addClientDelete, addClientSwitches],
    ...[addClientNotBefore, addClientSecret, addClientTemporaryToken, addClientToken],
  ]) {
    add(client, env);
  }
}
