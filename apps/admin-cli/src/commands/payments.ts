import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand } from '../command.ts';
import { addListCommand } from '../list-command.ts';
import { connect } from '../connection.ts';
import { formatMoney, parseMoney } from '../money.ts';
import { formatTime, note, print } from '../output.ts';
import type { Payment } from '../show/payment.ts';
import { isUnderReview, paymentMoneyOf, paymentStatusOf, reportedMoneyOf } from '../show/payment.ts';
import type { Column } from '../table.ts';
import { addAttemptCommands } from './payments/payment-attempts.ts';
import { addReconcilePayments } from './payments/reconcile-payments.ts';
import { renderRecord } from '../table.ts';

type Status = Payment['status'];

const statuses: readonly Status[] = ['CREATED', 'PENDING', 'AUTHORIZED', 'CAPTURED', 'FAILED', 'CANCELED', 'REVIEW'];
const sorts = { newest: '-createdAt', oldest: 'createdAt' } as const;
type ListFilters = { status?: Status; provider?: string; sort?: keyof typeof sorts };
const decisions = { accept: 'ACCEPT', reject: 'REJECT' } as const;
const example = '0199d3c4-7f00-7a6d-b1c2-d3e4f5061728';

const columns: Column<RouterOutputs['payment']['listAll']['items'][number]>[] = [
  { head: 'ORDER', value: ({ orderNumber }) => orderNumber },
  { head: 'ID', value: ({ id }) => id },
  { head: 'STATUS', value: paymentStatusOf, wraps: true },
  { head: 'MONEY', value: paymentMoneyOf, wraps: true },
  { head: 'PROVIDER', value: ({ provider }) => provider, ifRoom: true },
  { head: 'CREATED', value: ({ createdAt }) => formatTime(createdAt), ifRoom: true },
];

export function addPaymentCommands(payments: Command, context: CommandContext): void {
  addListCommand<RouterOutputs['payment']['listAll']['items'][number], ListFilters>(payments, context, {
    usage: 'list',
    summary: 'list payments of all orders',
    examples: ['payments list', 'payments list --status REVIEW', 'payments list --provider stripe --all --json'],
    addFilters: (command) =>
      command
        .addOption(new Option('--status <status>', 'only those with this status').choices(statuses))
        .option('--provider <name>', 'only those of this gateway')
        .addOption(new Option('--sort <which>', 'which come first').choices(Object.keys(sorts))),
    reader:
      (client, { status, provider, sort }) =>
      (range) =>
        client.payment.listAll.query({ status, provider, sort: sort && sorts[sort], ...range }),
    columns,
    empty: 'There are no such payments.',
  });

  addShowPayment(payments, context);
  addCapturePayment(payments, context);
  addDecidePayment(payments, context);
  addPollPayment(payments, context);
  addReconcilePayments(payments, context);
  addAttemptCommands(payments, context);
}

function addShowPayment(payments: Command, context: CommandContext): void {
  addCommand(payments, 'show <payment>', 'show a payment', [`payments show ${example}`]).action(
    async (paymentId: string, options: JsonOption) => {
      const { client } = connect(context);
      printPayment(context, await client.payment.get.query({ paymentId }), options);
    },
  );
}

function addCapturePayment(payments: Command, context: CommandContext): void {
  addCommand(payments, 'capture <payment>', 'capture an authorized payment, in whole or in part', [
    `payments capture ${example}`,
    `payments capture ${example} --amount 12.50`,
  ])
    .option('--amount <amount>', "capture this amount and release the rest, in the payment's currency")
    .action(async (paymentId: string, options: JsonOption & { amount?: string }) => {
      const { client } = connect(context);
      const { amount: text } = options;
      const amount =
        text === undefined ? undefined : parseMoney(text, (await client.payment.get.query({ paymentId })).currency);
      const payment = await client.payment.capture.mutate({ paymentId, amount });
      printPayment(context, payment, options);
      if (!options.json) note(context, 'The gateway is asked for it now; `payments show` tells when it is CAPTURED.');
    });
}

function addDecidePayment(payments: Command, context: CommandContext): void {
  const decide = addCommand(
    payments,
    'decide <payment> <decision>',
    'decide on a payment of another amount than asked: take it for the order, or send it back',
    [`payments decide ${example} accept`, `payments decide ${example} reject`],
    'Decides on the payment',
  ).action(async (paymentId: string, decision: keyof typeof decisions, options: JsonOption) => {
    const { client } = connect(context);
    printPayment(
      context,
      await client.payment.decideReview.mutate({ paymentId, decision: decisions[decision] }),
      options,
    );
  });
  decide.registeredArguments[1]?.choices(Object.keys(decisions));
}

function addPollPayment(payments: Command, context: CommandContext): void {
  addCommand(payments, 'poll <payment>', 'ask the gateway for the state of a payment', [
    `payments poll ${example}`,
  ]).action(async (paymentId: string, options: JsonOption) => {
    const { client } = connect(context);
    const payment = await client.payment.poll.mutate({ paymentId });
    print(context, payment, options, () => `${payment.provider} will be asked about the payment ${payment.id}.`);
  });
}

/** What a capture will take, where units were canceled, so that it is less than was authorized. */
function toCapture({ status, authorizedAmount, releasedAmount, currency }: Payment): string | null {
  return status === 'AUTHORIZED' && releasedAmount > 0
    ? formatMoney(authorizedAmount - releasedAmount, currency)
    : null;
}

function printPayment(context: CommandContext, payment: Payment, options: JsonOption): void {
  const money = (amount: number) => (amount > 0 ? formatMoney(amount, payment.currency) : null);
  const came = reportedMoneyOf(payment);
  print(context, payment, options, (screen) =>
    renderRecord(
      [
        ['payment', payment.id],
        ['order', payment.orderId],
        ['provider', [payment.provider, payment.method].filter(Boolean).join(' ')],
        ["gateway's id", payment.gatewayPaymentId],
        ['status', paymentStatusOf(payment)],
        ['capture', payment.capture],
        ['asked', came === null || isUnderReview(payment) ? formatMoney(payment.amount, payment.currency) : null],
        ['came', came],
        ['authorized', money(payment.authorizedAmount)],
        ['to capture', toCapture(payment)],
        ['captured', money(payment.capturedAmount)],
        ['refunded', money(payment.refundedAmount)],
        ['going back', money(payment.refundReservedAmount)],
        ['pays for exchanges', money(payment.creditedAmount)],
        ['last asked', payment.polledAt && formatTime(payment.polledAt)],
        ['created', formatTime(payment.createdAt)],
        ['changed', formatTime(payment.updatedAt)],
      ],
      screen,
    ),
  );
}
