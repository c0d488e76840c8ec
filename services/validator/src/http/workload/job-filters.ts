import { type LiveEntry, parseFqn, Refusal } from '@mintmark/domain';
import type { FastifyRequest } from 'fastify';

/** Which jobs are asked for, and which page of them. */
export interface JobFilter {
  readonly matches: (job: LiveEntry<'job'>, bindings: readonly LiveEntry<'binding'>[]) => boolean;
  /** From 1. */
  readonly page: number;
  /** Jobs on a page; absent: all on one. */
  readonly count: number | undefined;
}

/** Query parameters of a list of jobs, and what they mean. */
export const FILTERS = {
  ids: 'uuids, with commas between them',
  name: 'the local name',
  fqn: 'the whole name',
  matchPartialFQN: '`true`: fqn is the beginning of the name',
  tag: 'a tag, or tag:value',
  package_id: 'of a package that the job has',
  BindingFQN: 'of a binding',
  ProviderFQN: 'of the provider of a bound service',
  ServiceFQN: 'of a bound service',
  count: 'jobs a page',
  page: 'number of the page, 1 the first',
  health: 'taken, and of no effect',
} as const;
const KNOWN = Object.keys(FILTERS);

/** The filters of `GET /v1/jobs` (seed systems, 1.1 row 18). Throws the refusal `invalid_argument` for one that is unknown or of another form. */
export function jobFilterOf(request: FastifyRequest): JobFilter {
  const query = request.query as Readonly<Record<string, string | readonly string[]>>;
  const unknown = Object.keys(query).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw new Refusal('invalid_argument', `${unknown.slice(0, 64)} is no filter: use ${KNOWN.join(', ')}`);
  const text = (name: string): string | undefined => {
    const value = query[name];
    if (value !== undefined && typeof value !== 'string') throw new Refusal('invalid_argument', `${name} must be given once`);
    return value === '' ? undefined : value;
  };
  const ids = text('ids')?.toLowerCase().split(',');
  const [name, fqn, tag, packageId] = [text('name'), text('fqn'), text('tag'), text('package_id')];
  const [service, provider, binding] = [text('ServiceFQN'), text('ProviderFQN'), text('BindingFQN')];
  const partial = text('matchPartialFQN') === 'true';
  return {
    page: wholeOf(text('page'), 'page') ?? 1,
    count: wholeOf(text('count'), 'count'),
    matches: ({ record: { id, body } }, bindings) => {
      const bound = (is: (body: LiveEntry<'binding'>['record']['body']) => boolean): boolean => bindings.some(({ record }) => is(record.body));
      return (
        (ids === undefined || ids.includes(id)) &&
        (name === undefined || parseFqn(body.fqn)?.local === name) &&
        (fqn === undefined || (partial ? body.fqn.includes(fqn) : body.fqn === fqn)) &&
        (tag === undefined || Object.entries(body.tags).some(([key, value]) => tag === key || tag === `${key}:${value}`)) &&
        (packageId === undefined || body.packages.includes(packageId)) &&
        (service === undefined || bound((one) => one.service === service)) &&
        (provider === undefined || bound((one) => one.provider === provider)) &&
        (binding === undefined || bound((one) => `binding::${parseFqn(one.job)?.namespace}::${one.name}` === binding))
      );
    },
  };
}

function wholeOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Refusal('invalid_argument', `${name} must be a whole number from 1 to 999999`);
  return Number(text);
}
