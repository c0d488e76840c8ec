import type { Command } from 'commander';
import type { Api } from '../../client/http.ts';
import type { Environment } from '../../environment.ts';
import { calls, formatFlags, type FormatFlags } from '../calls.ts';

/** A command of whoever keeps the API clients of an account, whose first argument names one. */
export function administers<F extends FormatFlags>(command: Command, env: Environment, work: (api: Api, flags: F, which: string, more?: string) => Promise<void>): void {
  calls<F>(formatFlags(command), env, async ({ settings, flags }, which = '', more) => {
    const { connectToAccount } = await import('../../client/person.ts');
    await work(connectToAccount(settings), flags, which, more);
    return 0;
  });
}
