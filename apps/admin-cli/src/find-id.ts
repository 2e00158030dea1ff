import type { Client, RouterInputs } from '@commerce-core/client';
import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { connect } from './connection.ts';
import { Failure } from './failure.ts';

type Kind = RouterInputs['system']['lookUp']['kind'];

/** A kind of thing, its name in messages, and what beside an id names one. */
type Wanted = { kind: Kind; noun: string; also?: string };

/**
 * What a placeholder in a command's usage, such as `<order>`, takes the id of. `<product>` is read by `findProduct`.
 */
export const idPlaceholders: Readonly<Record<string, Wanted>> = {
  order: { kind: 'order', noun: 'order', also: ', number or reference' },
  payment: { kind: 'payment', noun: 'payment' },
  shipment: { kind: 'shipment', noun: 'shipment' },
  'into-shipment': { kind: 'shipment', noun: 'shipment' },
  parcel: { kind: 'parcel', noun: 'parcel' },
  return: { kind: 'return', noun: 'return' },
  option: { kind: 'shippingOption', noun: 'shipping option' },
  message: { kind: 'trackingMessage', noun: 'message' },
  event: { kind: 'gatewayEvent', noun: 'gateway event' },
  endpoint: { kind: 'webhookEndpoint', noun: 'webhook endpoint' },
  key: { kind: 'apiKey', noun: 'API key', also: ' or client' },
  session: { kind: 'session', noun: 'session' },
};

export const isId = (text: string): boolean => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);

/**
 * Returns the id that a text means: the id itself, or the only thing whose id begins with the text or that is named
 * by the text: an order by its number or reference, a product by its SKU, a key by its client.
 *
 * @throws Failure when nothing matches, or several things do; it names up to ten of them
 */
export async function findId(client: Client, { kind, noun, also = '' }: Wanted, text: string): Promise<string> {
  if (isId(text)) return text;
  const { matches, hasMore } = await client.system.lookUp.query({ kind, text });
  const [match, ...others] = matches;
  if (!match) {
    throw new Failure(
      `There is no ${noun} ${text}. Give its id${also}, or the beginning of its id: 4 characters or more.`,
    );
  }
  if (others.length === 0) return match.id;
  const lines = matches.map(({ id, summary }) => `  ${id}  ${summary}`);
  const more = hasMore ? ['  and more'] : [];
  throw new Failure([`${text} may mean several ${noun}s. Give the id of one:`, ...lines, ...more].join('\n'), 2);
}

/**
 * Replaces the texts that a command got for its id placeholders by ids. As a hook of the root, it runs before the
 * action of every command, so that no command can forget it.
 */
export async function resolveIds(context: CommandContext, command: Command): Promise<void> {
  for (const [index, argument] of command.registeredArguments.entries()) {
    const wanted = idPlaceholders[argument.name()];
    const text: unknown = command.processedArgs[index];
    if (wanted && typeof text === 'string') {
      command.processedArgs[index] = await findId(connect(context).client, wanted, text);
    }
  }
  for (const option of command.options) {
    const wanted = idPlaceholders[/<([\w-]+)>/.exec(option.flags)?.[1] ?? ''];
    const name = option.attributeName();
    const text: unknown = command.getOptionValue(name);
    if (wanted && typeof text === 'string') {
      command.setOptionValueWithSource(name, await findId(connect(context).client, wanted, text), 'cli');
    }
  }
}
