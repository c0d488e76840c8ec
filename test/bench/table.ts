import type { Measured } from './measure/paired.ts';
import { ratioOf } from './measure/paired.ts';

/** One line of the table. Empty text where a column means nothing. */
export interface Row {
  readonly name: string;
  readonly measured: string;
  readonly ceiling: string;
  readonly ratio: string;
  readonly goal: string;
  /** Whether the goal is reached; `undefined` where there is none. */
  readonly reached?: boolean | undefined;
  readonly cpu: string;
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
}

export function us(value: number): string {
  return Number.isNaN(value) ? '' : value.toFixed(1);
}

/** A row about rates: the ratio is the median of the rounds' own ratios; beside it the ratio of CPU per answer, which neighbours on the machine disturb less. */
export function rateRow(name: string, ours: Measured, bare: Measured, unit: string, atLeast?: number): Row {
  const ratio = ratioOf(ours.rates, bare.rates);
  const byCpu = ratioOf(bare.cpus, ours.cpus);
  return {
    name,
    measured: `${count(ours.rate)} ${unit}`,
    ceiling: `${count(bare.rate)} ${unit}`,
    ratio: Number.isNaN(byCpu) ? ratio.toFixed(2) : `${ratio.toFixed(2)} (CPU ${byCpu.toFixed(2)})`,
    goal: atLeast === undefined ? '' : `>= ${atLeast}`,
    reached: atLeast === undefined ? undefined : ratio >= atLeast,
    cpu: `${us(ours.cpu)} / ${us(bare.cpu)}`,
  };
}

/** As `rateRow`, with what one core gives: answers for each second of processor time. The goal is reached by that, or by the ratio where one is named. */
export function perCoreRow(name: string, ours: Measured, bare: Measured, goal: { readonly perCore: number; readonly ratio?: number }): Row {
  const row = rateRow(name, ours, bare, '/s', goal.ratio);
  const onCore = ({ cpu }: Measured): number => 1e6 / cpu;
  return {
    ...row,
    measured: `${row.measured}, ${count(onCore(ours))} a core`,
    ceiling: `${row.ceiling}, ${count(onCore(bare))} a core`,
    goal: `>= ${count(goal.perCore)} a core${goal.ratio === undefined ? '' : ` or ${row.goal}`}`,
    reached: onCore(ours) >= goal.perCore || row.reached === true,
  };
}

export function skipped(name: string, reason: string): Row {
  return { name, measured: `skipped: ${reason}`, ceiling: '', ratio: '', goal: '', cpu: '' };
}

const HEAD = ['row', 'measured', 'ceiling', 'ratio', 'goal', '', 'CPU us (measured / ceiling)'] as const;

export function render(rows: readonly Row[]): string {
  const verdict = ({ reached }: Row): string => (reached === undefined ? '' : reached ? 'reached' : 'MISSED');
  const cells = [[...HEAD], ...rows.map((row) => [row.name, row.measured, row.ceiling, row.ratio, row.goal, verdict(row), row.cpu])];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((line) => (line[1]?.startsWith('skipped:') && column > 0 ? 0 : (line[column] ?? '').length))));
  const lines = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [lines[0], widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)].join('\n');
}
