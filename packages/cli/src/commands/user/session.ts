import type { Command } from 'commander';
import { segment } from '../../client/path.ts';
import { type UserSessionJson, userOf } from '../../client/people.ts';
import type { Environment } from '../../environment.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { table } from '../../output/table.ts';
import { goTime } from '../../output/time.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { group, leaf } from '../leaf.ts';

/** `mintmark user session`: where a user is signed in. */
export function addUserSession(parent: Command, env: Environment): void {
  const session = group(parent, 'session', 'where a user is signed in');
  calls<FormatFlags>(formatFlags(leaf(session, { name: 'list', about: "list a user's live sessions", takes: ['<user>'] })), env, async ({ api, flags }, user = '') => {
    const { id } = await userOf(api, user);
    const sessions = await api.read<readonly UserSessionJson[]>('Error listing sessions', `/v1/users/${segment(id)}/sessions`);
    print(flags.json === true ? json(sessions) : sessionTable(sessions));
    return 0;
  });
  calls(leaf(session, { name: 'end', about: "end one of a user's sessions", takes: ['<user>', '<session_id>'] }), env, async ({ api }, user = '', ended = '') => {
    const { id, username } = await userOf(api, user);
    await api.remove('Error ending session', `/v1/users/${segment(id)}/sessions/${segment(ended)}`);
    print(`Session ${ended} of ${username} successfully ended`);
    return 0;
  });
  calls(leaf(session, { name: 'end-all', about: "end all of a user's sessions, in every region", takes: ['<user>'] }), env, async ({ api }, user = '') => {
    const { id, username } = await userOf(api, user);
    await api.remove('Error ending sessions', `/v1/users/${segment(id)}/sessions`);
    print(`All sessions of ${username} successfully ended`);
    return 0;
  });
}

function sessionTable(sessions: readonly UserSessionJson[]): string {
  if (sessions.length === 0) return 'No sessions found';
  return table(
    ['ID', 'Scope', 'Organization', 'Create Time', 'Expiration Time'],
    sessions.map(({ id, audience, organization, createTime, expirationTime }) => [id, audience, organization ?? '', goTime(createTime), goTime(expirationTime)]),
  );
}
