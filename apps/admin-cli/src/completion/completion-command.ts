import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCommand, type JsonOption } from '../command.ts';
import { commandTree } from './command-tree.ts';
import { completionFor, shells, type Shell } from './shells.ts';

export function addCompletionCommand(program: Command, { stdout }: CommandContext): void {
  const completion = addCommand(program, 'completion <shell>', 'print the completion of commands for a shell', [
    'completion bash > ~/.local/share/bash-completion/completions/commerce',
    'completion zsh > "${fpath[1]}/_commerce"',
    'completion fish > ~/.config/fish/completions/commerce.fish',
  ])
    .addHelpText('after', '\nRun it again after an update: the script has all commands in it.')
    .action((shell: Shell, options: JsonOption) => {
      const script = completionFor(shell, commandTree(program));
      stdout.write(options.json ? `${JSON.stringify({ shell, script })}\n` : script);
    });
  completion.registeredArguments[0]?.choices(shells);
}
