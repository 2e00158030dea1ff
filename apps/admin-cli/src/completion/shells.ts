import type { Node, Word } from './command-tree.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** Text in single quotes, as the shell takes it literally. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const wordsOf = (words: readonly Word[]): string => words.map(({ word }) => word).join(' ');

/**
 * The `case` that finds the command which is being typed, by the words before the cursor. It is the same in bash and
 * zsh.
 */
function pathCase(nodes: readonly Node[], indent: string): string {
  const paths = nodes.flatMap(({ path }) => (path === '' ? [] : [`"${path}"`]));
  return `${indent}case "$at $word" in\n${indent}  ${paths.join('|')}) at="$at $word" ;;\n${indent}esac`;
}

function bash(nodes: readonly Node[]): string {
  const values = nodes.flatMap((node) =>
    node.values.map((one) => `    "${node.path} ${one.option}") words="${one.values.join(' ')}" ;;`),
  );
  const words = nodes.map(
    ({ path, words: next, options }) => `    "${path}") words="${wordsOf(next)}"; options="${wordsOf(options)}" ;;`,
  );
  return `# bash completion of commerce. Load it by: source <(commerce completion bash)
_commerce() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" at="" words="" options="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
${pathCase(nodes, '    ')}
  done
  case "$at $prev" in
${values.join('\n')}
    " --profile") words="$(commerce profiles list --json 2>/dev/null | sed -n 's/^ *"name": "\\(.*\\)",*$/\\1/p')" ;;
  esac
  if [ -z "$words" ]; then
    case "$at" in
${words.join('\n')}
    esac
    case "$cur" in -*) words="$options" ;; esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _commerce commerce
`;
}

function zsh(nodes: readonly Node[]): string {
  const described = (all: readonly Word[]) =>
    all.map(({ word, summary }) => quoted(`${word.replaceAll(':', '\\:')}:${summary}`)).join(' ');
  const values = nodes.flatMap((node) =>
    node.values.map((one) => `    "${node.path} ${one.option}") compadd -- ${one.values.join(' ')}; return ;;`),
  );
  const words = nodes.map(
    ({ path, words: next, options }) => `    "${path}")
      found=(${described(next)})
      options=(${described(options)}) ;;`,
  );
  return `#compdef commerce
# zsh completion of commerce. Load it by: source <(commerce completion zsh)
_commerce() {
  local at="" word
  local -a found options
  for word in "\${(@)words[2,CURRENT-1]}"; do
${pathCase(nodes, '    ')}
  done
  case "$at \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "$at" in
${words.join('\n')}
  esac
  if [[ "$PREFIX" == -* ]]; then _describe -o option options
  elif (( $#found )); then _describe command found
  else _files
  fi
}
compdef _commerce commerce
`;
}

function fish(nodes: readonly Node[]): string {
  const lines = nodes.flatMap(({ path, words, options, values }) => {
    const at = `-n ${quoted(`test (__commerce_path) = "${path}"`)}`;
    return [
      ...words.map(({ word, summary }) => `complete -c commerce -f ${at} -a ${word} -d ${quoted(summary)}`),
      ...options.map(({ word, summary }) => {
        const choices = values.find(({ option }) => option === word)?.values;
        const argument = choices ? ` -x -a ${quoted(choices.join(' '))}` : '';
        return `complete -c commerce ${at} -l ${word.slice(2)}${argument} -d ${quoted(summary)}`;
      }),
    ];
  });
  const paths = nodes.flatMap(({ path }) => (path === '' ? [] : [quoted(path)]));
  return `# fish completion of commerce. Load it by: commerce completion fish | source
function __commerce_path
  set -l at ""
  for word in (commandline -opc)[2..-1]
    contains -- "$at $word" ${paths.join(' ')}; and set at "$at $word"
  end
  echo "$at"
end
${lines.join('\n')}
`;
}

const writers: Record<Shell, (nodes: readonly Node[]) => string> = { bash, zsh, fish };

/** The completion script of a shell. It has all commands in it, so that completing starts no program. */
export const completionFor = (shell: Shell, nodes: readonly Node[]): string => writers[shell](nodes);
