import type { Command } from 'commander';
import { UsageError } from '../../../client/failure.ts';
import type { PolicyStubJson, TokenJson } from '../../../client/types.ts';
import type { Environment } from '../../../environment.ts';
import { print } from '../../../output/print.ts';
import { calls, type FormatFlags, formatFlags } from '../../calls.ts';
import { leaf } from '../../leaf.ts';
import { showPolicies } from './list.ts';

/** `mintmark acl policy self`: the policies of the token that is acted with, those of its roles among them. */
export function addPolicySelf(parent: Command, env: Environment): void {
  calls<FormatFlags>(formatFlags(leaf(parent, { name: 'self', about: 'list the policies of the token that is set' })), env, async ({ api, settings, flags }) => {
    if (settings.token === undefined) throw new UsageError('No token present in the environment or set via the CLI flag\nSet MINTMARK_TOKEN, or use -token');
    const token = await api.read<TokenJson>('Error fetching token', '/v1/acl/token/self');
    if (token.Type === 'management' && flags.json !== true) print('This is a management token: it may do everything, and has no policies');
    else showPolicies((await api.read<readonly PolicyStubJson[] | null>('Error fetching policies', '/v1/acl/policy/self')) ?? [], flags);
    return 0;
  });
}
