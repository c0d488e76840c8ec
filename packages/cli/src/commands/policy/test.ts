import type { Claim } from '@mintmark/policy';
import type { Command } from 'commander';
import { UsageError } from '../../client/failure.ts';
import { readInput } from '../../input.ts';
import { print } from '../../output/print.ts';
import { collect, leaf } from '../leaf.ts';
import { keyValues } from '../pairs.ts';
import { allowedText, deniedText } from '../verdict/explanation.ts';
import { EXIT_CODES } from '../verdict/verdict.ts';
import { documentOf, shownName } from './files.ts';
import { worksHere } from './local.ts';

interface Flags {
  readonly claim?: readonly string[];
  readonly context?: readonly string[];
  readonly system?: true;
}

/** `mintmark policy test`: decides by policy files alone; asks no region. */
export function addPolicyTest(policy: Command): void {
  const command = leaf(policy, {
    name: 'test',
    about: 'decide by policy files whether VERB on RESOURCE is permitted; exit code 0 allow, 2 deny, 1 error',
    takes: ['<verb>', '<resource>', '<path...>'],
  })
    .option('--claim <issuer->type=value>', 'a fact about who asks, such as acl->policy=deploy; may be given several times', collect)
    .option('--context <key=value>', 'a fact about the request, such as the other party; may be given several times', collect)
    .option('--system', 'decide by the system documents too');
  worksHere<Flags>(command, async (flags, verb, resource, paths = []) => {
    const { compile, decide, PolicySet, systemDocuments } = await import('@mintmark/policy');
    const system = flags.system === true ? systemDocuments([]).map(({ name, text }) => compile(name, text)) : [];
    const given = await Promise.all([...paths].map(async (path) => compile(shownName(path), await documentOf(path, readInput(path, 'the policy')))));
    const set = PolicySet.of([...system, ...given]);
    const claims = (flags.claim ?? []).map(claimOf);
    const decision = decide([set], { verb: String(verb), resource: String(resource), claims, context: keyValues('-context', flags.context ?? []) });
    print(decision.allowed ? allowedText(decision.explanation) : deniedText(decision.message, decision.missing));
    return decision.allowed ? EXIT_CODES.allow : EXIT_CODES.deny;
  });
}

function claimOf(text: string): Claim {
  const [, issuer, type, value] = /^(.+?)->([^=]+)=(.*)$/s.exec(text) ?? [];
  if (issuer === undefined || type === undefined || value === undefined) throw new UsageError(`-claim must be issuer->type=value, not ${JSON.stringify(text)}`);
  return { issuer, type, value };
}
