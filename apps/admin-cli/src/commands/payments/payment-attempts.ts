import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import { addCommand, type JsonOption } from '../../command.ts';
import { connect } from '../../connection.ts';
import { formatMoney } from '../../money.ts';
import { print } from '../../output.ts';
import { paymentStatusOf } from '../../show/payment.ts';
import { renderRecord } from '../../table.ts';

type Attempt = RouterOutputs['payment']['create'];
type Capture = Attempt['capture'];

const captures: readonly NonNullable<Capture>[] = ['AUTOMATIC', 'MANUAL', 'DISPATCH'];
const example = '0199d3c4-7f00-7a6d-b1c2-d3e4f5061728';

/** Adds the commands for what a shopper does: begin an attempt to pay, continue it, and confirm it. */
export function addAttemptCommands(payments: Command, context: CommandContext): void {
  addCommand(payments, 'create <order>', 'begin an attempt to pay for an order', [
    'payments create 4F7K-29QD --provider stripe',
    'payments create 4F7K-29QD --provider toss --method VIRTUAL_ACCOUNT --json',
  ])
    .requiredOption('--provider <name>', 'the gateway')
    .option('--method <method>', "how the shopper pays, in the gateway's words")
    .addOption(new Option('--capture <mode>', 'when the money is taken').choices(captures))
    .addHelpText('after', '\nWith --json, `next` is what a front end needs; it may hold a secret.')
    .action(
      async (
        orderId: string,
        options: JsonOption & { provider: string; method?: string; capture?: NonNullable<Capture> },
      ) => {
        const { json, ...how } = options;
        printAttempt(context, await connect(context).client.payment.create.mutate({ orderId, ...how }), { json });
      },
    );

  addCommand(payments, 'resume <payment>', 'show how a shopper continues an attempt', [
    `payments resume ${example} --json`,
  ]).action(async (paymentId: string, options: JsonOption) => {
    printAttempt(context, await connect(context).client.payment.resume.mutate({ paymentId }), options);
  });

  addCommand(payments, 'confirm <payment> <token>', "complete an attempt with what the gateway's page returned", [
    `payments confirm ${example} PAYMENT-KEY`,
  ]).action(async (paymentId: string, token: string, options: JsonOption) => {
    printAttempt(context, await connect(context).client.payment.confirm.mutate({ paymentId, token }), options);
  });
}

function printAttempt(context: CommandContext, attempt: Omit<Attempt, 'next'>, options: JsonOption): void {
  print(context, attempt, options, (screen) =>
    renderRecord(
      [
        ['payment', attempt.id],
        ['order', attempt.orderId],
        ['provider', [attempt.provider, attempt.method].filter(Boolean).join(' ')],
        ['status', paymentStatusOf(attempt)],
        ['capture', attempt.capture],
        ['asked', formatMoney(attempt.amount, attempt.currency)],
      ],
      screen,
    ),
  );
}
