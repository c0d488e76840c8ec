import { describe, expectTypeOf, it } from 'vitest';
import type { ViewAdapter, ViewBehaviour } from './index.ts';

type Exclusions = NonNullable<ViewAdapter<ViewBehaviour>['exclude']>;

describe('viewConformance', () => {
  it('takes an exclusion only with a reason, and only of a behaviour that there is', () => {
    expectTypeOf<{ 'a reset forgets the contact': 'it has none' }>().toExtend<Exclusions>();
    expectTypeOf<{ 'a reset forgets the contact': '' }>().not.toExtend<Exclusions>();
    expectTypeOf<{ 'a reset forgets the contact': undefined }>().not.toExtend<Exclusions>();
    expectTypeOf<'no such behaviour'>().not.toExtend<ViewBehaviour>();
  });
});
