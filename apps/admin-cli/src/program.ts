import { readFileSync } from 'node:fs';
import type { Command, OutputConfiguration } from 'commander';
import type { CommandContext, OutputStream } from './command-context.ts';
import { addGroup } from './command.ts';
import { askBefore } from './terminal/irreversible.ts';
import { parts, type Part } from './parts.ts';
import { refuseEmptyArgument, StrictCommand } from './strict-command.ts';

const about = `
Finds the shop that \`npm start\` runs from this folder or one above it; or set
  COMMERCE_URL       where the shop is, for instance http://127.0.0.1:3000
  COMMERCE_API_KEY   an operator's key (never on the command line: others can read that)
or keep several shops by name (\`commerce profiles add NAME\`), and choose one by
--profile NAME or COMMERCE_PROFILE.

Prices are written in the currency's own units: 12.50 for GBP, 15000 for KRW.
Times are in UTC. Orders are named by number (4F7K-29QD), reference, id or the
beginning of an id, products by sku, keys by client, all else by id or its beginning.
Exit codes: 0 done, 1 refused or failed, 2 called wrongly.

Examples:
  $ commerce products list
  $ commerce orders create MUG-BLUE=2 --customer ana
  $ commerce orders show 4F7K-29QD
  $ commerce doctor`;

/**
 * Builds the command line. Of the parts that `isWanted` refuses, it has the name and the summary alone, so that their
 * code is not loaded; without it, it has all commands. Parsing throws CommanderError where commander would end the
 * process.
 */
export async function createProgram(
  context: CommandContext,
  isWanted: (part: Part) => boolean = () => true,
): Promise<Command> {
  const program = new StrictCommand('commerce')
    .option('--profile <name>', 'the shop with this name among `commerce profiles list`')
    .version(versionOf(), '--version', 'print the version')
    .hook('preAction', refuseEmptyArgument)
    .hook('preAction', async (root, command) => prepare(context, root, command))
    .description('Runs a shop from the command line: what is sold, what is there, who ordered what.')
    .addHelpText('after', about)
    .showHelpAfterError('(--help says more)')
    .exitOverride()
    .configureOutput(outputOf(context));
  for (const part of parts) await addPart(program, part, context, isWanted(part));
  return program;
}

async function addPart(
  program: Command,
  { name, summary, isGroup, load }: Part,
  context: CommandContext,
  full: boolean,
) {
  if (!full) {
    program.command(name).description(summary);
    return;
  }
  const add = await load();
  add(isGroup ? addGroup(program, name, summary) : program, context);
}

async function prepare(context: CommandContext, root: Command, command: Command): Promise<void> {
  context.profile = root.getOptionValue('profile') as string | undefined;
  await askBefore(context, command);
  // Loaded here, because the help needs no client.
  const { resolveIds } = await import('./find-id.ts');
  await resolveIds(context, command);
}

function versionOf(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Tells commander where to write and how wide that is: 80 columns for a pipe. */
function outputOf({ stdout, stderr }: CommandContext): OutputConfiguration {
  const widthOf = (stream: OutputStream) => (stream.isTTY ? (stream.columns ?? 80) : 80);
  return {
    writeOut: (text) => void stdout.write(text),
    writeErr: (text) => void stderr.write(text),
    getOutHelpWidth: () => widthOf(stdout),
    getErrHelpWidth: () => widthOf(stderr),
  };
}
