import { Command, Option } from 'commander';

/** An option that may be given several times. Its parser gets the value of the earlier ones. */
export class RepeatableOption extends Option {}

/**
 * A command that refuses two calls which commander accepts: an option or argument with an empty value, and an option
 * that is given twice, of which the last would win. Both are mistakes of a script, such as `--amount "$UNSET"`.
 */
export class StrictCommand extends Command {
  constructor(name?: string) {
    super(name);
    // Runs before the action of each command below this one.
    this.hook('preAction', (_, actionCommand) => {
      const empty = actionCommand.args.findIndex((value) => value === '');
      if (empty === -1) return;
      // The last argument may take several values.
      const argument = actionCommand.registeredArguments[empty] ?? actionCommand.registeredArguments.at(-1);
      actionCommand.error(`error: argument '${argument?.name()}' is empty`);
    });
  }

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
