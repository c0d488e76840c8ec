import { describe, expect, it } from 'vitest';
import { fqnProblem, parseFqn } from './fqn.ts';
import { defaultBindingName, isPipelineName, jobProblem, pipelineName } from './job.ts';

const CAP = 'job::/sandbox/admin::mycaptoken';

describe('full names', () => {
  it.each([
    [CAP, { type: 'job', namespace: '/sandbox/admin', local: 'mycaptoken' }],
    ['job::/::a', { type: 'job', namespace: '/', local: 'a' }],
    ['job::/a::b/http/f58dbc88', { type: 'job', namespace: '/a', local: 'b/http/f58dbc88' }],
    ['package::/apcera/pkg/os::ubuntu-14.04-apc3', { type: 'package', namespace: '/apcera/pkg/os', local: 'ubuntu-14.04-apc3' }],
  ])('%s is one', (text, read) => expect(parseFqn(text)).toEqual(read));

  it.each(['', 'job', 'job::', 'job::/a', 'job::/a::', 'job::a::b', 'job::/a/::b', 'job::/a::b/', 'job::/a//b::c', 'job::/a::b c', 'job::/a::..', 'job::/a::b::c', `job::/a::${'b'.repeat(600)}`, 'job::/a::b\n'])(
    '%j is none',
    (text) => expect(parseFqn(text)).toBeUndefined(),
  );

  it('a name of another type is refused with the field and the form', () => {
    expect(fqnProblem('job_fqn', CAP, 'job')).toBeUndefined();
    expect(fqnProblem('job_fqn', 'service::/a::b', 'job')).toContain('job_fqn must be the name of a job such as job::/sandbox/admin::name');
  });
});

describe('jobs', () => {
  it("a pipeline's name tells whose it is, and only pipelines have such names", () => {
    const name = pipelineName(CAP, 'f58dbc88');
    expect(name).toBe(`${CAP}/http/f58dbc88`);
    expect([name, CAP, `${CAP}/http/xyz`].map((fqn) => isPipelineName(parseFqn(fqn) as never))).toEqual([true, false, false]);
    expect(() => pipelineName(CAP, '../x')).toThrow(RangeError);
  });

  it('a binding that nobody named is called after its service and its job', () => {
    expect(defaultBindingName(CAP, 'service::/apcera::http')).toBe('bind_http_mycaptoken');
  });

  it.each([
    [{ state: 'flying' }, 'state must be one of'],
    [{ state: 'errored' }, 'state must be one of'],
    [{ numInstances: -1 }, 'num_instances must be'],
    [{ numInstances: 1.5 }, 'num_instances must be'],
    [{ tags: { a: 'x'.repeat(513) } }, 'tags must have'],
  ])('%j is refused by its field', (fault, problem) => {
    expect(jobProblem({ state: 'started', numInstances: 1, tags: {}, ...fault })).toContain(problem);
  });
});
