import type { RouterInputs } from '@commerce-core/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCommand, positiveInteger, type JsonOption } from '../command.ts';
import { connect } from '../connection.ts';
import { addListCommand } from '../list-command.ts';
import { formatTime, note, print } from '../output.ts';
import { renderEndpoint, renderKeys, type Endpoint } from '../show/show-endpoint.ts';
import type { Column } from '../table.ts';
import { renderRecord } from '../table.ts';
import { addDeliveryCommands } from './webhooks/webhook-deliveries.ts';
import { addListenCommand } from './webhooks/webhook-listen.ts';

type Settings = Pick<RouterInputs['webhookEndpoint']['create'], 'types' | 'aggregateTypes'>;
type Status = Endpoint['status'];
type AggregateType = NonNullable<NonNullable<Settings['aggregateTypes']>[number]>;

const example = '0199d3c4';
const statuses: readonly Status[] = ['ACTIVE', 'PAUSED', 'DISABLED'];

const columns: Column<Endpoint>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'STATUS', value: ({ status }) => status },
  { head: 'URL', value: ({ url }) => url, wraps: true },
  { head: 'POSITION', value: ({ position }) => position, ifRoom: true },
  { head: 'RETRYING', value: ({ retrying }) => String(retrying), align: 'right', ifRoom: true },
  { head: 'PARKED', value: ({ parked }) => String(parked), align: 'right', ifRoom: true },
  { head: 'FAILING SINCE', value: ({ failingSince }) => (failingSince ? formatTime(failingSince) : ''), ifRoom: true },
];

type SettingOptions = {
  types?: string[];
  aggregateTypes?: string[];
  batchMax?: number;
  inFlightMax?: number;
  description?: string;
};

export function addWebhookCommands(webhooks: Command, context: CommandContext): void {
  addListCommand<Endpoint, { status?: Status }>(webhooks, context, {
    usage: 'list',
    summary: 'list the endpoints that get events, the latest first',
    examples: ['webhooks list', 'webhooks list --status DISABLED'],
    addFilters: (command) =>
      command.addOption(new Option('--status <status>', 'only those with this status').choices(statuses)),
    reader:
      (client, { status }) =>
      (range) =>
        client.webhookEndpoint.list.query({ status, ...range }),
    columns,
    empty: 'There are no endpoints.',
  });
  addCreate(webhooks, context);
  addCommand(webhooks, 'show <endpoint>', 'show an endpoint and how far it has got', [
    `webhooks show ${example}`,
  ]).action(async (endpointId: string, options: JsonOption) => {
    const endpoint = await connect(context).client.webhookEndpoint.get.query({ endpointId });
    print(context, endpoint, options, (screen) => renderEndpoint(endpoint, screen));
  });
  addUpdate(webhooks, context);
  addStatusCommands(webhooks, context);
  addRotate(webhooks, context);
  addTest(webhooks, context);
  addRewind(webhooks, context);
  addDeliveryCommands(webhooks, context);
  addListenCommand(webhooks, context);
}

const addSettings = (command: Command): Command =>
  command
    .option('--types <list>', 'only events of these types, like order.paid,order.canceled', commas)
    .option('--aggregate-types <list>', 'only events of these, of order, product, endpoint', commas)
    .option('--batch-max <n>', 'events in one request at most; above 1 it has a list', positiveInteger)
    .option('--in-flight-max <n>', 'requests on their way at most', positiveInteger)
    .option('--description <text>', 'what the endpoint is for');

// The API names a type that it does not know.
const settingsOf = ({ types, aggregateTypes, ...rest }: SettingOptions): Settings & typeof rest => ({
  ...rest,
  ...(types && { types: types as NonNullable<Settings['types']> }),
  ...(aggregateTypes && { aggregateTypes: aggregateTypes as AggregateType[] }),
});

function addCreate(webhooks: Command, context: CommandContext): void {
  addSettings(
    addCommand(webhooks, 'create <url>', 'send events to a URL; its secret is shown this once', [
      'webhooks create https://erp.example/events',
      'webhooks create https://erp.example/events --types order.paid,order.canceled',
      'webhooks create https://lake.example/events --batch-max 100 --start-at 0',
    ]),
  )
    .option('--start-at <position>', 'the position behind which to begin: now, 0, or one of an event', 'now')
    .option('--ed25519', 'sign with ed25519 (v1a), too')
    .action(async (url: string, options: JsonOption & SettingOptions & { startAt: string; ed25519?: true }) => {
      const { json, startAt, ed25519, ...settings } = options;
      const created = await connect(context).client.webhookEndpoint.create.mutate({
        url,
        startAt,
        ...settingsOf(settings),
        ...(ed25519 && { ed25519 }),
      });
      print(context, created, options, (screen) => renderKeys(created, screen));
      if (!json) note(context, 'Keep the secret now: it is not shown again.');
    });
}

function addUpdate(webhooks: Command, context: CommandContext): void {
  addSettings(
    addCommand(webhooks, 'update <endpoint>', 'change the settings of an endpoint', [
      `webhooks update ${example} --url https://erp.example/v2`,
      `webhooks update ${example} --types order.paid --in-flight-max 4`,
      `webhooks update ${example} --all-types`,
    ]),
  )
    .option('--url <url>', 'where it is')
    .option('--all-types', 'events of all types and kinds')
    .action(async (endpointId: string, options: JsonOption & SettingOptions & { url?: string; allTypes?: true }) => {
      const { json: _, url, allTypes, ...settings } = options;
      const endpoint = await connect(context).client.webhookEndpoint.update.mutate({
        endpointId,
        ...(url !== undefined && { url }),
        ...(allTypes && { types: null, aggregateTypes: null }),
        ...settingsOf(settings),
      });
      print(context, endpoint, options, (screen) => renderEndpoint(endpoint, screen));
    });
}

function addStatusCommands(webhooks: Command, context: CommandContext): void {
  for (const [name, summary] of [
    ['pause', 'send an endpoint nothing until it is resumed'],
    ['resume', 'go on with a paused or disabled endpoint, from where it is'],
  ] as const) {
    addCommand(webhooks, `${name} <endpoint>`, summary, [`webhooks ${name} ${example}`]).action(
      async (endpointId: string, options: JsonOption) => {
        const endpoint = await connect(context).client.webhookEndpoint[name].mutate({ endpointId });
        print(context, endpoint, options, (screen) => renderEndpoint(endpoint, screen));
      },
    );
  }
  addCommand(
    webhooks,
    'delete <endpoint>',
    'delete an endpoint with its secret, for good',
    [`webhooks delete ${example}`],
    'Deletes the endpoint with its secret',
  ).action(async (endpointId: string, options: JsonOption) => {
    const deleted = await connect(context).client.webhookEndpoint.delete.mutate({ endpointId });
    print(context, deleted, options, () => `The endpoint ${deleted.id} is deleted.`);
  });
}

function addRotate(webhooks: Command, context: CommandContext): void {
  addCommand(webhooks, 'rotate <endpoint>', 'give an endpoint a new secret; the old one signs for 24 hours, too', [
    `webhooks rotate ${example}`,
  ]).action(async (endpointId: string, options: JsonOption) => {
    const rotated = await connect(context).client.webhookEndpoint.rotateSecret.mutate({ endpointId });
    print(context, rotated, options, (screen) => renderKeys(rotated, screen));
    if (!options.json) note(context, 'Keep the secret now: it is not shown again.');
  });
}

function addTest(webhooks: Command, context: CommandContext): void {
  addCommand(webhooks, 'test <endpoint>', 'send an event endpoint.test now', [`webhooks test ${example}`]).action(
    async (endpointId: string, options: JsonOption) => {
      const result = await connect(context).client.webhookEndpoint.test.mutate({ endpointId });
      print(context, result, options, (screen) =>
        renderRecord(
          [
            ['result', result.delivered ? 'delivered' : 'failed'],
            ['status', result.statusCode === null ? null : String(result.statusCode)],
            ['failure', result.failure],
            ['took', `${result.durationMs} ms`],
            ['answer', result.answer],
          ],
          screen,
        ),
      );
      if (!result.delivered) context.exitCode = 1;
    },
  );
}

function addRewind(webhooks: Command, context: CommandContext): void {
  addCommand(webhooks, 'rewind <endpoint> <to>', 'set an endpoint to a position or a time, and deliver from there', [
    `webhooks rewind ${example} 1.4711`,
    `webhooks rewind ${example} 2026-11-01T09:30Z`,
  ]).action(async (endpointId: string, to: string, options: JsonOption) => {
    const endpoint = await connect(context).client.webhookEndpoint.rewind.mutate({ endpointId, to });
    print(context, endpoint, options, (screen) => renderEndpoint(endpoint, screen));
  });
}

const commas = (text: string): string[] => text.split(',').map((part) => part.trim());
