import type { Client, RouterInputs, RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand } from '../command.ts';
import { addListCommand } from '../list-command.ts';
import { connect } from '../connection.ts';
import { formatTime, note, print } from '../output.ts';
import { readPages } from '../read-pages.ts';
import type { Column } from '../table.ts';
import { renderRecord } from '../table.ts';

type Key = RouterOutputs['apiKey']['list']['items'][number];
type Scope = RouterInputs['apiKey']['create']['scopes'][number];

const scopes: readonly Scope[] = [
  'catalog',
  'stock',
  'orders',
  'money',
  'gateway-events',
  'events',
  'webhooks',
  'keys',
  'guests',
];

const columns: Column<Key>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'CLIENT', value: ({ name }) => name, wraps: true },
  { head: 'SCOPES', value: (key) => key.scopes.join(', '), wraps: true },
  { head: 'STATE', value: ({ revokedAt }) => (revokedAt ? 'revoked' : 'valid') },
  { head: 'LAST USED', value: ({ lastUsedAt }) => (lastUsedAt ? formatTime(lastUsedAt) : 'never'), ifRoom: true },
];

export function addKeyCommands(keys: Command, context: CommandContext): void {
  addListCommand<Key, object>(keys, context, {
    usage: 'list',
    summary: 'list the keys, without their secret part',
    examples: ['keys list'],
    reader: (client) => (range) => client.apiKey.list.query(range),
    columns,
    empty: 'There are no keys.',
  });

  addCreateKey(keys, context);

  addCommand(
    keys,
    'revoke <key>',
    'make a key useless, for good',
    ['keys revoke 0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90'],
    'Makes the key useless',
  ).action(async (apiKeyId: string, options: JsonOption) => {
    const { client } = connect(context);
    const revoked = await client.apiKey.revoke.mutate({ apiKeyId });
    print(context, revoked, options, () => `The key ${revoked.id} of ${revoked.name} is revoked.`);
  });
}

function addCreateKey(keys: Command, context: CommandContext): void {
  addCommand(keys, 'create <client>', 'create a key for a client, new or known; it is shown this once', [
    'keys create warehouse --scopes stock,orders',
    'keys create reports --scopes orders,gateway-events --json',
  ])
    .addHelpText('after', "\nTo rotate a client's key, create another one, hand it over, then revoke the old one.")
    .requiredOption('--scopes <list>', `what it may do, of ${scopes.join(', ')}`, parseScopes)
    .action(async (name: string, options: JsonOption & { scopes: Scope[] }) => {
      const { client } = connect(context);
      const created = await client.apiKey.create.mutate({ name, scopes: options.scopes });
      print(context, created, options, (screen) =>
        renderRecord(
          [
            ['id', created.id],
            ['client', created.name],
            ['scopes', created.scopes.join(', ')],
            ['key', created.key],
          ],
          screen,
        ),
      );
      if (options.json) return;
      note(context, 'Keep the key now: it is not shown again.');
      const others = await readOtherValidKeys(client, created);
      if (others.length === 0) return;
      note(context, `Older keys of ${created.name} stay valid until you revoke them:`);
      for (const { id } of others) note(context, `  commerce keys revoke ${id}`);
    });
}

async function readOtherValidKeys(client: Client, { id, clientId }: Pick<Key, 'id' | 'clientId'>): Promise<Key[]> {
  const all = { limit: 0, all: true } as const;
  const { items } = await readPages((range) => client.apiKey.list.query({ clientId, ...range }), all);
  return items.filter((key) => key.revokedAt === null && key.id !== id);
}

function parseScopes(text: string): Scope[] {
  const asked = text.split(',').map((scope) => scope.trim());
  return asked.map((scope) => {
    const known = scopes.find((name) => name === scope);
    if (!known) throw new InvalidArgumentError(`There is no scope ${scope}. There are ${scopes.join(', ')}.`);
    return known;
  });
}
