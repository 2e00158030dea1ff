import type { Command } from 'commander';
import { Option } from 'commander';
import type { JsonOption, ListOptions } from '../command.ts';
import { addCommand, addGroup, addListCommand, readPages } from '../command.ts';
import { connect } from '../connection.ts';
import { formatMoney, parseMoney } from '../money.ts';
import { formatTime, note, print, printPage } from '../output.ts';
import type { Payment } from '../payment.ts';
import { paymentMoneyOf, paymentStatusOf } from '../payment.ts';
import type { Column } from '../table.ts';
import { renderRecord, screenWidth } from '../table.ts';

type Status = Payment['status'];

const statuses: readonly Status[] = ['CREATED', 'PENDING', 'AUTHORIZED', 'CAPTURED', 'FAILED', 'CANCELED', 'REVIEW'];
const decisions = { accept: 'ACCEPT', reject: 'REJECT' } as const;
const example = '0199d3c4-7f00-7a6d-b1c2-d3e4f5061728';

const columns: Column<Payment>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'STATUS', value: paymentStatusOf, wraps: true },
  { head: 'MONEY', value: paymentMoneyOf, wraps: true },
  { head: 'PROVIDER', value: ({ provider }) => provider, ifRoom: true },
  { head: 'CREATED', value: ({ createdAt }) => formatTime(createdAt), ifRoom: true },
  { head: 'ORDER', value: ({ orderId }) => orderId, ifRoom: true },
];

export function addPaymentCommands(program: Command): void {
  const payments = addGroup(program, 'payments', 'inspect payments, capture them and decide on doubtful ones');

  addListCommand(payments, 'list', 'list payments of all orders, the latest first', [
    'payments list',
    'payments list --status REVIEW',
    'payments list --provider stripe --all --json',
  ])
    .addOption(new Option('--status <status>', 'only those with this status').choices(statuses))
    .option('--provider <name>', 'only those of this gateway')
    .action(async (options: ListOptions & { status?: Status; provider?: string }) => {
      const { client } = connect();
      const filter = {
        ...(options.status && { status: options.status }),
        ...(options.provider && { provider: options.provider }),
      };
      const page = await readPages((range) => client.payment.listAll.query({ ...filter, ...range }), options);
      printPage(page, options, columns, 'There are no such payments.');
    });

  addCommand(payments, 'show <payment>', 'show a payment', [`payments show ${example}`]).action(
    async (paymentId: string, options: JsonOption) => {
      const { client } = connect();
      printPayment(await client.payment.get.query({ paymentId }), options);
    },
  );

  addCommand(payments, 'capture <payment>', 'take money that is authorized, all of it unless said', [
    `payments capture ${example}`,
    `payments capture ${example} --amount 12.50`,
  ])
    .option('--amount <amount>', "take so much and let go of the rest, in the payment's currency")
    .action(async (paymentId: string, options: JsonOption & { amount?: string }) => {
      const { client } = connect();
      const amount =
        options.amount && parseMoney(options.amount, (await client.payment.get.query({ paymentId })).currency);
      const payment = await client.payment.capture.mutate({ paymentId, ...(typeof amount === 'number' && { amount }) });
      printPayment(payment, options);
      if (!options.json) note('The gateway is asked for it now; `payments show` tells when it is CAPTURED.');
    });

  const decide = addCommand(
    payments,
    'decide <payment> <decision>',
    'decide on a payment of another amount than asked: take it for the order, or send it back',
    [`payments decide ${example} accept`, `payments decide ${example} reject`],
  ).action(async (paymentId: string, decision: keyof typeof decisions, options: JsonOption) => {
    const { client } = connect();
    printPayment(await client.payment.decideReview.mutate({ paymentId, decision: decisions[decision] }), options);
  });
  decide.registeredArguments[1]?.choices(Object.keys(decisions));

  addCommand(payments, 'poll <payment>', 'ask the gateway for the state of a payment', [
    `payments poll ${example}`,
  ]).action(async (paymentId: string, options: JsonOption) => {
    const { client } = connect();
    const payment = await client.payment.poll.mutate({ paymentId });
    print(payment, options, () => `${payment.provider} will be asked about the payment ${payment.id}.`);
  });
}

function printPayment(payment: Payment, options: JsonOption): void {
  const money = (amount: number) => (amount > 0 ? formatMoney(amount, payment.currency) : null);
  const { reportedAmount, reportedCurrency, currency } = payment;
  print(payment, options, () =>
    renderRecord(
      [
        ['payment', payment.id],
        ['order', payment.orderId],
        ['provider', [payment.provider, payment.method].filter(Boolean).join(' ')],
        ["gateway's id", payment.gatewayPaymentId],
        ['status', paymentStatusOf(payment)],
        ['capture', payment.capture],
        ['asked', formatMoney(payment.amount, currency)],
        ['came', reportedAmount === null ? null : formatMoney(reportedAmount, reportedCurrency ?? currency)],
        ['authorized', money(payment.authorizedAmount)],
        ['captured', money(payment.capturedAmount)],
        ['refunded', money(payment.refundedAmount)],
        ['going back', money(payment.refundReservedAmount)],
        ['last asked', payment.polledAt && formatTime(payment.polledAt)],
        ['created', formatTime(payment.createdAt)],
        ['changed', formatTime(payment.updatedAt)],
      ],
      screenWidth(),
    ),
  );
}
