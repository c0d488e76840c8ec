import { type Node, quoted, type Word } from './tree.ts';

/** As the one for bash, with what each word is for beside it. */
export function zshScript(program: string, nodes: readonly Node[]): string {
  const known = nodes.flatMap(({ at }) => (at === '' ? [] : [quoted(at)])).join('|');
  const cases = nodes.map(({ at, commands, flags }) => {
    const values = flags.filter(({ takesValue }) => takesValue).map(({ name }) => name);
    return `    (${quoted(at)}) commands=(${described(commands)}) flags=(${described(flags)}) values=(${values.join(' ')}) ;;`;
  });
  return `#compdef ${program}
# zsh completion. In ~/.zshrc, after compinit: source <(${program} completion zsh)
_${program}() {
  local at='' word dash=-
  local -a commands flags values
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in (${known}) at="$at $word" ;; esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  word=\${words[CURRENT-1]#-}
  if [[ \${words[CURRENT-1]} == -* ]] && (( \${values[(Ie)\${word#-}]} )); then
    _files
  elif [[ $PREFIX == -* ]]; then
    [[ $PREFIX == --* ]] && dash=--
    flags=("\${(@)flags/#/$dash}")
    _describe -o flag flags
  elif (( $#commands )); then
    _describe command commands
  else
    _files
  fi
}
compdef _${program} ${program}
`;
}

/** `name:what it is for`, a colon of the name's escaped. */
function described(words: readonly Word[]): string {
  return words.map(({ name, about }) => quoted(`${name.replaceAll(':', '\\\\:')}:${about}`)).join(' ');
}
