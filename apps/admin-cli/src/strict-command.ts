import { Command, Option } from 'commander';

/** An option that may be given several times. Its parser gets the value of the earlier ones. */
export class RepeatableOption extends Option {}

/**
 * Refuses an argument with an empty value, which commander accepts. As a hook of the root, it runs before the action of
 * every command.
 */
export function refuseEmptyArgument(_root: Command, command: Command): void {
  const empty = command.args.indexOf('');
  if (empty === -1) return;
  // The last argument may take several values.
  const argument = command.registeredArguments[empty] ?? command.registeredArguments.at(-1);
  command.error(`error: argument '${argument?.name()}' is empty`);
}

/**
 * A command that refuses two calls which commander accepts: an option with an empty value, and an option that is given
 * twice, of which the last would win. Both are mistakes of a script, such as `--amount "$UNSET"`.
 */
export class StrictCommand extends Command {
  override createCommand(name?: string): StrictCommand {
    return new StrictCommand(name);
  }

  override addOption(option: Option): this {
    // Listeners run in the order in which they were added, so this one runs before the option is stored.
    this.on(`option:${option.name()}`, (value: unknown) => {
      if (value === '') this.error(`error: option '${option.flags}' is empty`);
      const isGiven = this.getOptionValueSource(option.attributeName()) === 'cli';
      if (isGiven && option.required && !(option instanceof RepeatableOption)) {
        this.error(`error: option '${option.flags}' is given twice`);
      }
    });
    return super.addOption(option);
  }
}
