import { type Node, quoted } from './tree.ts';

/** As the one for bash, with what each word is for beside it. */
export function fishScript(program: string, nodes: readonly Node[]): string {
  const known = nodes.flatMap(({ at }) => (at === '' ? [] : [quoted(at)])).join(' ');
  const lines = nodes.flatMap(({ at, commands, flags }) => {
    const here = `complete -c ${program} -n ${quoted(`__${program}_at ${quoted(at)}`)}`;
    return [
      ...commands.map(({ name, about }) => `${here} -f -a ${name} -d ${quoted(about)}`),
      ...flags.map(({ name, about, takesValue }) => `${here} -l ${name} -o ${name}${takesValue ? ' -r' : ''} -d ${quoted(about)}`),
    ];
  });
  return `# fish completion. In ~/.config/fish/config.fish: ${program} completion fish | source
function __${program}_at
  set -l at ''
  for word in (commandline -opc)[2..]
    contains -- "$at $word" ${known}; and set at "$at $word"
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}
`;
}
