import type { Client, RouterInputs } from '@commerce-core/client';
import type { SignedWebhook } from '@commerce-core/api/signed-webhook';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import { addCommand, type JsonOption } from '../../command.ts';
import { connect } from '../../connection.ts';
import { note } from '../../output.ts';

type EventList = Exclude<RouterInputs['event']['list'], void | undefined>;
type ListenOptions = JsonOption & { forwardTo: string; types?: string[]; after?: string };
type Forwarded = { type: string; position: string; id: string; statusCode: number | null; durationMs: number };

const waitMs = 25_000;
const deadlineMs = 15_000;
// No event has this aggregate, so the list is empty and its cursor is the end of the log.
const noAggregate = '00000000-0000-4000-8000-000000000000';

export function addListenCommand(webhooks: Command, context: CommandContext): void {
  addCommand(webhooks, 'listen', "send the events that happen from now on to a program of one's own", [
    'webhooks listen --forward-to http://127.0.0.1:4000/',
    'webhooks listen --forward-to http://127.0.0.1:4000/ --types order.paid',
    'webhooks listen --forward-to http://127.0.0.1:4000/ --after 0 --json',
  ])
    .requiredOption('--forward-to <url>', 'where the program is', httpUrl)
    .option('--types <list>', 'only events of these types', (text) => text.split(',').map((part) => part.trim()))
    .option('--after <position>', 'begin behind this position; 0 is the beginning of the log')
    .addHelpText(
      'after',
      `
The events are signed like those of an endpoint (Standard Webhooks), with a secret that
the command prints. It needs no endpoint and no public address: it reads the events with
a key of the scope events. An event that the program refuses is not sent again.
Ctrl-C ends it.`,
    )
    .action(async (options: ListenOptions) => listen(context, options));
}

async function listen(context: CommandContext, { forwardTo, types, after, json }: ListenOptions): Promise<void> {
  const { client } = connect(context);
  // Loaded here, because other commands sign nothing.
  const { webhookSigner } = await import('@commerce-core/api/signed-webhook');
  const { secret, sign } = webhookSigner(forwardTo);
  // The API names a type that it does not know.
  const filter = types ? { types: types as NonNullable<EventList['types']> } : {};
  let position = after ?? (await client.event.list.query({ aggregateId: noAggregate, limit: 1 })).nextCursor;
  note(context, `Secret ${secret}`);
  note(context, `Forwarding events behind ${position} to ${forwardTo}. Ctrl-C ends it.`);
  const stopping = new AbortController();
  const unlisten = context.onInterrupt(() => stopping.abort());
  try {
    while (!stopping.signal.aborted) {
      const page = await readPage(client, { ...filter, after: position, waitMs }, stopping.signal);
      for (const event of page?.items ?? []) {
        if (stopping.signal.aborted) break;
        const { type, id } = event;
        const sent = await forward(sign(event), stopping.signal);
        printForwarded(context, { type, position: event.position, id, ...sent }, json);
      }
      position = page?.nextCursor ?? position;
    }
  } finally {
    unlisten();
  }
}

async function readPage(client: Client, input: EventList, signal: AbortSignal) {
  try {
    return await client.event.list.query(input, { signal });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

async function forward({ url, headers, body }: SignedWebhook, stop: AbortSignal) {
  const begin = performance.now();
  let statusCode: number | null = null;
  try {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(deadlineMs)]);
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    statusCode = response.status;
    await response.body?.cancel();
  } catch {
    // The line that is printed says that no answer came.
  }
  return { statusCode, durationMs: Math.round(performance.now() - begin) };
}

function printForwarded(context: CommandContext, forwarded: Forwarded, json: true | undefined): void {
  const { type, position, statusCode, durationMs } = forwarded;
  const line = json
    ? JSON.stringify(forwarded)
    : `${position.padEnd(12)} ${type.padEnd(26)} ${statusCode ?? 'no answer'} (${durationMs} ms)`;
  context.stdout.write(`${line}\n`);
}

function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  throw new InvalidArgumentError('It must be a URL like http://127.0.0.1:4000/events.');
}
