import type { Metrics } from './metrics.ts';

const FAMILY = /^# HELP (\S+)/;

/** All metrics of several services of one process in the Prometheus text format, where a name may come once: services that share one stand under it together. */
export async function expositionOf(all: readonly Pick<Metrics, 'render'>[]): Promise<string> {
  const families = new Map<string, string[]>();
  for (const text of await Promise.all(all.map((metrics) => metrics.render()))) {
    let lines: string[] = [];
    for (const line of text.split('\n')) {
      const name = FAMILY.exec(line)?.[1];
      if (name !== undefined) lines = familyOf(families, name);
      if (line !== '' && !(line.startsWith('#') && lines.includes(line))) lines.push(line);
    }
  }
  return `${[...families.values()].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function familyOf(families: Map<string, string[]>, name: string): string[] {
  const lines = families.get(name) ?? [];
  families.set(name, lines);
  return lines;
}
