import { type Command, InvalidArgumentError } from 'commander';
import type { RecordRole } from '@mintmark/keys/records';

/** `mintmark operator record-key`: a new key for records, and how to trust it. */
export function addRecordKey(operator: Command): void {
  operator
    .command('record-key')
    .description('make a key that a service signs records with')
    .argument('<region>', 'the region of the service')
    .argument('<service>', '`issuer` or `replicator`', roleOf)
    .action(async (region: string, role: RecordRole) => {
      const { randomBytes } = await import('node:crypto');
      const { trustedKeyText } = await import('@mintmark/keys/records');
      const seed = randomBytes(32);
      const lines = [
        `For the ${role} of ${region}, and nobody else:`,
        `  MINTMARK_RECORD_KEY=${seed.toString('base64')}`,
        'Before that, for every issuer, replicator and validator of all regions, beside the keys that are there:',
        `  MINTMARK_RECORD_KEYS=...,${trustedKeyText(region, role, seed)}`,
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}

function roleOf(text: string): RecordRole {
  if (text === 'issuer' || text === 'replicator') return text;
  throw new InvalidArgumentError('must be `issuer` or `replicator`: nobody else signs records.');
}
