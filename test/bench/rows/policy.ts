import { check, compile, decide, parse, PolicySet, systemDocuments } from '@mintmark/policy';
import { ratioOf } from '../measure/paired.ts';
import { median } from '../measure/stats.ts';
import type { Run } from '../run.ts';
import { count, type Row, us } from '../table.ts';

const BYTES = 400_000;
const SIZES = [10, 1_000, 10_000] as const;
const DECISIONS = 20_000;
const CHANGES = 200;
/** Microseconds a decision may take with 10,000 documents. */
const GOAL_US = 20;

/** Reading of a large document beside JSON.parse of its tree; decisions with ever more documents in force; the change of one of them. */
export async function policyRows({ rounds }: Run): Promise<readonly Row[]> {
  return [...textRows(rounds), ...decisionRows(rounds)];
}

function textRows(rounds: number): readonly Row[] {
  const text = documentText(0).repeat(Math.ceil(BYTES / documentText(0).length));
  const parsed = parse(text);
  if (!parsed.ok) throw new Error('the document of the bench cannot be read');
  const tree = JSON.stringify(parsed.document);
  const work = { parse: () => parse(text), check: () => check(text), json: () => JSON.parse(tree) } as const;
  const seconds: Record<keyof typeof work, number[]> = { parse: [], check: [], json: [] };
  for (let round = -3; round < rounds; round += 1) {
    for (const name of ['parse', 'check', 'json'] as const) {
      const took = secondsOf(work[name]);
      if (round >= 0) seconds[name].push(took);
    }
  }
  const row = (name: string, ours: readonly number[]): Row => ({
    name,
    measured: `${(text.length / 1e6 / median(ours)).toFixed(1)} MB/s`,
    ceiling: `${(text.length / 1e6 / median(seconds.json)).toFixed(1)} MB/s`,
    ratio: ratioOf(seconds.json, ours).toFixed(2),
    goal: '',
    cpu: '',
  });
  return [row('parse a policy document of 400 KB, vs JSON.parse of its tree', seconds.parse), row('check it, vs the same', seconds.check)];
}

function decisionRows(rounds: number): readonly Row[] {
  const base = systemDocuments(['tom']).map(({ name, text }) => compile(name, text));
  const sets = SIZES.map((size) => PolicySet.of([...base, ...Array.from({ length: size }, (_, at) => compile(`d${at}`, documentText(at)))]));
  const medians: number[][] = SIZES.map(() => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [at, set] of sets.entries()) {
      const took = medianDecision(set);
      if (round >= 0) medians[at]?.push(took);
    }
  }
  const few = medians[0] ?? [];
  const rows = SIZES.map((size, at) => {
    const taken = medians[at] ?? [];
    const goal = size === SIZES.at(-1) ? { goal: `<= ${GOAL_US} us`, reached: median(taken) <= GOAL_US } : { goal: '' };
    return { name: `decide with ${count(size)} documents, median, vs 10`, measured: `${us(median(taken))} us`, ceiling: `${us(median(few))} us`, ratio: ratioOf(taken, few).toFixed(2), ...goal, cpu: '' };
  });
  return [...rows, changeRow(sets.at(-1) as PolicySet)];
}

function changeRow(set: PolicySet): Row {
  const took: number[] = [];
  let changed = set;
  for (let at = 0; at < CHANGES; at += 1) {
    const document = compile('d5', `${documentText(5)} // ${at}`);
    const began = process.hrtime.bigint();
    changed = changed.with(document);
    took.push(Number(process.hrtime.bigint() - began) / 1e3);
  }
  return { name: 'put another version of one of 10,000 documents in force, median', measured: `${us(median(took))} us`, ceiling: '', ratio: '', goal: '', cpu: '' };
}

/** A team with its namespace, and a rule on the root that every resource is below of, as a store of many teams has them. */
function documentText(team: number): string {
  return `on job::/teams/t${team} {
  if (auth_server@apcera.me->name == "user${team}" || acl->policy == "team${team}") { role admin }
  if (role == admin && team == platform) { permit ssh }
  { tokenTimeout "3600s" }
}
on package::/ {
  if (auth_server@apcera.me->name == "user${team}") { permit read, use }
}
`;
}

const CLAIMS = [
  { issuer: 'auth_server@apcera.me', type: 'name', value: 'user7' },
  { issuer: 'acl', type: 'accessor', value: '2b778dd9-f5f1-6f29-b4b4-9a5fa948757a' },
  { issuer: 'acl', type: 'type', value: 'client' },
  ...Array.from({ length: 4 }, (_, at) => ({ issuer: 'acl', type: 'policy', value: `p${at}` })),
];

/** An administrator by role, a plain grant and a refusal, in turn. */
const REQUESTS = [
  { verb: 'start', resource: 'job::/teams/t7/eu::web', claims: CLAIMS },
  { verb: 'use', resource: 'package::/apcera/pkg/os::ubuntu', claims: CLAIMS },
  { verb: 'delete', resource: 'job::/teams/t8::web', claims: CLAIMS },
] as const;

function medianDecision(set: PolicySet): number {
  const took: number[] = [];
  for (let at = 0; at < DECISIONS; at += 1) {
    const request = REQUESTS[at % REQUESTS.length] as (typeof REQUESTS)[number];
    const began = process.hrtime.bigint();
    const { allowed } = decide([set], request);
    took.push(Number(process.hrtime.bigint() - began) / 1e3);
    if (allowed !== (request.verb !== 'delete')) throw new Error(`${request.verb} on ${request.resource} is decided wrongly`);
  }
  return median(took);
}

function secondsOf(work: () => unknown): number {
  const began = performance.now();
  work();
  return (performance.now() - began) / 1e3;
}
