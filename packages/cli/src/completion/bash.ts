import { type Node, quoted } from './tree.ts';

/** Completes commands, flags with one dash or two, and file names where neither fits. Calls nothing while it completes. */
export function bashScript(program: string, nodes: readonly Node[]): string {
  const known = nodes.flatMap(({ at }) => (at === '' ? [] : [quoted(at)])).join('|');
  const cases = nodes.map(({ at, commands, flags }) => {
    const values = flags.filter(({ takesValue }) => takesValue);
    return `    ${quoted(at)}) words=${quoted(names(commands))} flags=${quoted(names(flags))} values=${quoted(` ${names(values)} `)} ;;`;
  });
  return `# bash completion. In ~/.bashrc: source <(${program} completion bash)
_${program}() {
  local at='' words='' flags='' values='' word dash previous current
  current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in ${known}) at="$at $word" ;; esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  local IFS=$'\\n'
  word=\${previous#-}
  if [[ $previous == -* && $values == *" \${word#-} "* ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  elif [[ $current == -* ]]; then
    [[ $current == --* ]] && dash=-- || dash=-
    COMPREPLY=($(IFS=' '; compgen -P "$dash" -W "$flags" -- "\${current#"$dash"}"))
  elif [[ -n $words ]]; then
    COMPREPLY=($(IFS=' '; compgen -W "$words" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _${program} ${program}
`;
}

function names(words: readonly { readonly name: string }[]): string {
  return words.map(({ name }) => name).join(' ');
}
