import { parseArgs } from 'node:util';
import { churn } from './churn.ts';
import { provideServers } from '../setup/servers.ts';
import { DEFAULT_RATE, hostile } from './hostile.ts';
import { revocation } from './revocation.ts';
import { SCENARIOS } from './scenarios.ts';

const USAGE = `npm run faults -- [SCENARIO...] [--seed N] [--rate WRITES_PER_SECOND] [--hold MS] [--write] [--keep FOLDER]
npm run faults -- revocation [--seed N] [--revocations N] [--checks PER_SECOND] [--rate WRITES_PER_SECOND] [--write]
npm run faults -- churn [--tokens N] [--minutes N] [--write]
Scenarios: ${SCENARIOS.map(({ name }) => JSON.stringify(name)).join(', ')}. Default: all of them, and revocation.
--write puts the results into docs/RELIABILITY.md; --keep keeps histories and logs of what broke a promise. Ends with 1 when something was broken.`;

const OPTIONS = {
  seed: { type: 'string', default: '1' },
  rate: { type: 'string' },
  hold: { type: 'string', default: '2000' },
  revocations: { type: 'string', default: '200' },
  checks: { type: 'string', default: '300' },
  tokens: { type: 'string', default: '100000' },
  minutes: { type: 'string', default: '600' },
  write: { type: 'boolean', default: false },
  keep: { type: 'string' },
} as const;

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} must be a whole number`);
  return Number(text);
}

/** Writes a second beside revocations, where nothing else is asked. */
const REVOCATION_RATE = 20;
const CHURN = 'churn';
const REVOCATION = 'revocation';

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const names = [...SCENARIOS.map(({ name }) => name), REVOCATION, CHURN];
  const unknown = positionals.find((wanted) => !names.includes(wanted));
  if (unknown !== undefined) throw new Error(`there is no scenario ${JSON.stringify(unknown)}\n${USAGE}`);
  await provideServers();
  const { write, keep } = values;
  const [seed, hold] = [whole('seed', values.seed), whole('hold', values.hold)];
  const rate = (otherwise: number): number => whole('rate', values.rate ?? String(otherwise));
  const only = positionals.filter((name) => name !== REVOCATION && name !== CHURN);
  let broken = 0;
  if (positionals.includes(CHURN)) broken += await churn({ tokens: whole('tokens', values.tokens), minutes: whole('minutes', values.minutes), write });
  if (positionals.length === 0 || only.length > 0) broken += await hostile({ only, seed, perSecond: rate(DEFAULT_RATE), hold, write, keep });
  if (positionals.length === 0 || positionals.includes(REVOCATION)) {
    const load = { checksPerSecond: whole('checks', values.checks), writesPerSecond: rate(REVOCATION_RATE) };
    broken += await revocation({ seed, revocations: whole('revocations', values.revocations), ...load, write });
  }
  return broken;
}

const began = performance.now();
const broken = await main();
console.info(`${broken} broken in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
process.exit(broken === 0 ? 0 : 1);
