import { styleText } from 'node:util';
import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand } from '../command.ts';
import { addListCommand } from '../list-command.ts';
import { connect } from '../connection.ts';
import { formatTime, print } from '../output.ts';
import { printable } from '../terminal/printable.ts';
import { renderRecord, type Column, type Screen } from '../table.ts';

type Message = RouterOutputs['trackingMessage']['list']['items'][number];
type Outcome = Message['outcome'];

const outcomes: readonly Outcome[] = ['RECEIVED', 'UNMATCHED', 'APPLIED', 'IGNORED', 'CONFLICT', 'PARKED', 'DISMISSED'];

const example = '0199d3c4-8c00-7b21-a4d5-e6f708192a3b';

/** The numbers that a message is about, each with the last thing that it says. */
const saidBy = ({ reports }: Message): string =>
  reports
    .map(({ carrier, trackingNumber, checkpoints }) =>
      [carrier, trackingNumber, checkpoints.at(-1)?.tracking].filter(Boolean).join(' '),
    )
    .join(', ');

const columns: Column<Message>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'OUTCOME', value: ({ outcome }) => outcome },
  { head: 'ABOUT', value: saidBy, wraps: true },
  { head: 'RECEIVED', value: ({ receivedAt }) => formatTime(receivedAt), ifRoom: true },
  { head: 'PROVIDER', value: ({ provider }) => provider, ifRoom: true },
  { head: 'EVENT', value: ({ eventId }) => eventId, ifRoom: true },
];

export function addTrackingMessageCommands(messages: Command, context: CommandContext): void {
  addListCommand<Message, { outcome?: Outcome; provider?: string }>(messages, context, {
    usage: 'list',
    summary: 'list the messages that carriers sent, the latest first, with their outcomes',
    examples: ['tracking-messages list', 'tracking-messages list --outcome PARKED --provider mock'],
    addFilters: (command) =>
      command
        .addOption(new Option('--outcome <outcome>', 'only those with this outcome').choices(outcomes))
        .option('--provider <name>', 'only those of this provider'),
    reader:
      (client, { outcome, provider }) =>
      (range) =>
        client.trackingMessage.list.query({ outcome, provider, ...range }),
    columns,
    empty: 'There are no such messages.',
  });

  addCommand(messages, 'show <message>', 'show a message with its body as it came', [
    `tracking-messages show ${example}`,
  ]).action(async (messageId: string, options: JsonOption) => {
    const { client } = connect(context);
    const { rawBody, ...message } = await client.trackingMessage.get.query({ messageId });
    print(context, { ...message, rawBody }, options, (screen) => {
      if (rawBody === null) return render(message, screen);
      const [title, body] = 'text' in rawBody ? ['Body', rawBody.text] : ['Body, in base64', rawBody.base64];
      const underlined = styleText('underline', title, { stream: screen.stream });
      return [render(message, screen), '', underlined, ...body.split('\n').map(printable)].join('\n');
    });
  });

  addCommand(messages, 'redrive <message>', 'have a message tried anew that waits or was given up', [
    `tracking-messages redrive ${example}`,
  ]).action(async (messageId: string, options: JsonOption) => {
    const { client } = connect(context);
    const message = await client.trackingMessage.redrive.mutate({ messageId });
    print(context, message, options, (screen) => render(message, screen));
  });

  addCommand(
    messages,
    'dismiss <message>',
    'dismiss a message that waits or was parked',
    [`tracking-messages dismiss ${example}`],
    'Dismisses the message',
  ).action(async (messageId: string, options: JsonOption) => {
    const { client } = connect(context);
    const message = await client.trackingMessage.dismiss.mutate({ messageId });
    print(context, message, options, (screen) => render(message, screen));
  });
}

function render(message: Message, screen: Screen): string {
  const { dueAt, decidedAt } = message;
  return renderRecord(
    [
      ['message', message.id],
      ['provider', message.provider],
      ["provider's id", message.eventId],
      ['about', saidBy(message)],
      ['outcome', message.outcome],
      ['tries', String(message.attempts)],
      ['next try', dueAt && formatTime(dueAt)],
      ['received', formatTime(message.receivedAt)],
      ['decided', decidedAt && formatTime(decidedAt)],
    ],
    screen,
  );
}
