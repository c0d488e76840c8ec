import type { Command } from 'commander';
import type { Environment } from '../../environment.ts';
import { group } from '../leaf.ts';
import { addList } from './list.ts';
import { addVerify } from './verify.ts';

/** `mintmark region`: the regions, and whether they have what they should. */
export function addRegion(program: Command, env: Environment): void {
  const region = group(program, 'region', 'the regions of the cluster');
  addList(region, env);
  addVerify(region, env);
}
