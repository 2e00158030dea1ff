import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCommand, httpUrl, type JsonOption } from '../command.ts';
import { Failure } from '../failure.ts';
import { print, printPage } from '../output.ts';
import { profilesFile, readProfiles, writeProfiles } from './profiles.ts';
import type { Column } from '../table.ts';

type Shown = { name: string; url: string; simulatorUrl: string | null; chosen: boolean };

const columns: Column<Shown>[] = [
  { head: 'NAME', value: ({ name }) => name },
  { head: 'URL', value: ({ url }) => url, wraps: 20 },
  { head: 'CHOSEN', value: ({ chosen }) => (chosen ? 'yes' : '') },
  { head: 'SIMULATOR', value: ({ simulatorUrl }) => simulatorUrl ?? '', ifRoom: true },
];

export function addProfileCommands(profiles: Command, context: CommandContext): void {
  addCommand(profiles, 'list', 'list the shops that are kept by name; keys are not shown', [
    'profiles list',
    'profiles list --json',
  ]).action((options: JsonOption) => {
    const chosen = context.profile ?? context.env['COMMERCE_PROFILE'];
    const items = Object.entries(readProfiles(context)).map(([name, { url, simulatorUrl = null }]): Shown => {
      return { name, url, simulatorUrl, chosen: name === chosen };
    });
    printPage(context, { items, nextCursor: null }, options, columns, 'There are no profiles.');
  });

  addAddProfile(profiles, context);

  addCommand(
    profiles,
    'remove <name>',
    'forget a shop with its key',
    ['profiles remove staging'],
    'Forgets the shop with its key',
  ).action((name: string, options: JsonOption) => {
    const { [name]: removed, ...others } = readProfiles(context);
    if (!removed) throw new Failure(`There is no profile ${name}.`);
    writeProfiles(context, others);
    print(context, { name, url: removed.url }, options, () => `The profile ${name} is removed.`);
  });
}

function addAddProfile(profiles: Command, context: CommandContext): void {
  addCommand(profiles, 'add <name>', 'keep a shop by name; the key is asked for, or read from standard input', [
    'profiles add staging --url https://api.staging.example',
    'profiles add shop --url https://api.shop.example < key.txt',
  ])
    .requiredOption('--url <url>', 'the address of the API', httpUrl)
    .option('--simulator <url>', 'the address of its gateway simulator', httpUrl)
    .addHelpText('after', '\nA profile of the same name is replaced. The file is readable by you alone.')
    .action(async (name: string, options: JsonOption & { url: string; simulator?: string }) => {
      if (!/^[\w.-]{1,50}$/.test(name))
        throw new Failure('A name has up to 50 letters, digits, dots, dashes and underscores.', 2);
      const known = readProfiles(context);
      const apiKey = await context.readSecret(`API key for ${options.url}: `);
      if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new Failure('The key is empty, or is no key. Nothing was kept.', 2);
      const { url, simulator: simulatorUrl } = options;
      writeProfiles(context, { ...known, [name]: { url, apiKey, ...(simulatorUrl && { simulatorUrl }) } });
      const added = { name, url, simulatorUrl: simulatorUrl ?? null };
      print(context, added, options, () => `The profile ${name} is kept in ${profilesFile(context)}.`);
    });
}
