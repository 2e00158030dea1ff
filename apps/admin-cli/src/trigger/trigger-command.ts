import type { Client, RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCommand, httpUrl, type JsonOption } from '../command.ts';
import { connect, simulatorOf } from '../connection.ts';
import { Failure } from '../failure.ts';
import { parseMoney } from '../money.ts';
import { note, print } from '../output.ts';
import { readGatewayPayment } from '../reconcile/gateway-book.ts';
import { checkSimulator } from '../replay/simulator.ts';
import { renderOrderHead } from '../show/show-order.ts';
import { postToSimulator } from './at-simulator.ts';
import { attemptOf, chargeOf, findOrder, parcelOf } from './find-subject.ts';
import { happenings, type Happening } from './happenings.ts';

type Order = RouterOutputs['order']['get'];
type Options = JsonOption & { order?: string; amount?: string; provider: string; simulator?: string };

// What the shop does about a message takes a moment: it is looked for so often, after this pause.
const looksMax = 25;
const pauseMs = 200;

export function addTriggerCommand(program: Command, context: CommandContext): void {
  const names = Object.keys(happenings);
  const trigger = addCommand(program, 'trigger <what>', 'have the gateway simulator make something happen', [
    'trigger payment.captured',
    'trigger payment.failed --order 4F7K-29QD',
    'trigger refund.succeeded --order 4F7K-29QD --amount 12.50',
    'trigger tracking.delivered --json',
  ])
    .option('--order <order>', 'to this order; without it: to the latest order that can have it')
    .option('--amount <amount>', "of this money, in the order's currency; without it: of all")
    .option('--provider <name>', 'the gateway at which a payment begins', 'mock')
    .option('--simulator <url>', 'the address of the simulator; defaults to the local one', httpUrl)
    .addHelpText(
      'after',
      `
Events:
${names.map((name) => `  ${name.padEnd(26)} ${happenings[name]?.summary}`).join('\n')}

An unpaid order without an attempt to pay gets one. Only a simulator can do this: a real
gateway and a real carrier have dashboards of their own.`,
    )
    .action(async (name: string, options: Options) => run(context, name, options));
  trigger.registeredArguments[0]?.choices(names);
}

async function run(context: CommandContext, name: string, options: Options): Promise<void> {
  const happening = happenings[name];
  if (!happening) throw new Failure(`There is no event ${name}: see \`commerce trigger --help\`.`, 2);
  const { client, connection } = connect(context);
  const simulatorUrl = simulatorOf(connection, '--simulator', options.simulator);
  await checkSimulator(simulatorUrl).catch(refuseWithout);
  const order = await findOrder(client, name, happening, options.order);
  const amount = options.amount === undefined ? undefined : parseMoney(options.amount, order.currency);
  await makeHappen(client, simulatorUrl, { happening, order, amount, provider: options.provider });
  const after = await orderAfter(context, client, order);
  const changed = after.version !== order.version;
  print(context, { event: name, changed, order: after }, options, (screen) => renderOrderHead(after, screen));
  if (!changed)
    note(context, 'The order has not changed: `commerce gateway-events list` says what came of the message.');
}

/** @throws Failure that says what to do where no simulator is */
function refuseWithout(error: unknown): never {
  if (!(error instanceof Failure)) throw error;
  throw new Failure(
    `${error.message} Real gateways and carriers have dashboards of their own; \`npm start\` runs a simulator.`,
  );
}

type Happened = { happening: Happening; order: Order; amount: number | undefined; provider: string };

async function makeHappen(
  client: Client,
  simulatorUrl: string,
  { happening, order, amount, provider }: Happened,
): Promise<void> {
  if ('scan' in happening) {
    const { carrier, trackingNumber } = await parcelOf(client, order);
    const body = { carrier, trackingNumber, status: happening.scan, wait: true };
    await postToSimulator(simulatorUrl, 'mock-carrier/scans', body);
    return;
  }
  if ('outcome' in happening) {
    const { id: paymentId, currency, ...attempt } = await attemptOf(client, order, provider);
    const body = { paymentId, provider: attempt.provider, currency, amount: amount ?? attempt.amount };
    await postToSimulator(simulatorUrl, 'pay', { ...body, outcome: happening.outcome });
    return;
  }
  const { id: paymentId } = await chargeOf(client, order);
  const booked = await readGatewayPayment(simulatorUrl, paymentId);
  if (!booked) throw new Failure(`The simulator at ${simulatorUrl} does not know the payment ${paymentId}.`);
  const request = happening.request(booked, amount);
  if (typeof request === 'string') throw new Failure(request);
  await postToSimulator(simulatorUrl, request.path, request.body);
}

/** Reads the order until it has changed, or for a while. */
async function orderAfter({ pause }: CommandContext, client: Client, before: Order): Promise<Order> {
  for (let look = 1; ; look += 1) {
    const after = await client.order.get.query({ orderId: before.id });
    if (after.version !== before.version || look === looksMax) return after;
    await pause(pauseMs);
  }
}
