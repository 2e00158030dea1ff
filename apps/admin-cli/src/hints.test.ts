import { errorBodies } from '@commerce-core/api/testing';
import type { ErrorBody, RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { processContext } from './command-context.ts';
import { attentionHintsFor, hintFor } from './hints.ts';
import { createProgram } from './program.ts';
import { renderOrderHead } from './show/show-order.ts';

type Order = RouterOutputs['order']['get'];
type Reason = NonNullable<Order['needsAttention']>;

// A record of all reasons, so that a new one does not compile until it is here.
const reasons = Object.keys({
  refund_failed: 1,
  dispute: 1,
  authorization_lost: 1,
  refunded_at_gateway: 1,
  amount_mismatch: 1,
  event_conflict: 1,
  delivery_problem: 1,
  return_refund_due: 1,
  authorization_lapsing: 1,
  capture_overdue: 1,
  parcel_problem: 1,
  capture_failed: 1,
  gateway_silent: 1,
  refund_due: 1,
} satisfies Record<Reason, 1>) as Reason[];

const id = '0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90';
const number = '4F7K-29QD';
const paymentId = '0199d3c4-7f00-7a6d-b1c2-d3e4f5061728';
const program = await createProgram(processContext());

const commandsIn = (hint: string): string[] => [...hint.matchAll(/`commerce ([^`]+)`/g)].map(([, text = '']) => text);

/** Why a command line can't be typed; undefined when the program has its command, its options and its arguments. */
function problemOf(line: string): string | undefined {
  let command: Command = program;
  const words = line.split(' ');
  while (command.commands.length > 0) {
    const word = words.shift();
    const next = command.commands.find((one) => one.name() === word);
    if (!next) return `${line}: there is no command ${word}`;
    command = next;
  }
  const given = new Set(words.filter((word) => word.startsWith('--')));
  for (const flag of given) {
    const option = command.options.find(({ long }) => long === flag);
    if (!option) return `${line}: there is no option ${flag}`;
    const [value] = words.splice(words.indexOf(flag), option.required ? 2 : 1).slice(1);
    if (option.argChoices && !option.argChoices.includes(String(value))) return `${line}: ${flag} takes no ${value}`;
  }
  const missing = command.options.find(({ mandatory, long }) => mandatory && !given.has(String(long)));
  if (missing) return `${line}: ${missing.long} is missing`;
  const { registeredArguments } = command;
  const choice = registeredArguments.find(
    ({ argChoices }, at) => argChoices && !argChoices.includes(String(words[at])),
  );
  if (choice) return `${line}: ${choice.name()} is wrong`;
  return words.length === registeredArguments.length ? undefined : `${line}: ${words.length} arguments`;
}

const hintOf = (reason: Reason, fulfillmentStatus: Order['fulfillmentStatus'] = 'UNFULFILLED') =>
  attentionHintsFor({ number, attentionReasons: [reason], fulfillmentStatus }, []).join('\n');

// The way out of these is no other command: the same one once more, or something outside of the command line.
const withoutCommand: Partial<Record<ErrorBody['code'], string>> = {
  validation_failed: 'the same command, corrected',
  invalid_encoding: 'the same command, corrected',
  unsupported_encoding: 'a program gets it that compresses',
  cursor_of_another_list: 'the same command without --cursor',
  order_changed: 'the same command once more',
  quote_unavailable: 'the same command once more',
  idempotency_in_progress: 'the same command once more',
  idempotency_key_reused: 'the same command once more',
  database_unavailable: 'the same command once more',
  overloaded: 'the same command once more',
  identity_unavailable: 'the same command once more',
  gateway_unavailable: 'the same command once more',
  client_closed: 'the same command once more',
  rate_limited: 'the same command once more',
  payload_too_large: 'the same command with less',
  not_found: 'another version of the command line',
  invalid_signature: 'a gateway gets it, no command',
  malformed_event: 'a gateway gets it, no command',
};

describe('the hint of a refusal', () => {
  test.each(errorBodies().map((body) => [body.code, body] as const))('%s names a command', (code, body) => {
    const hint = hintFor(body);
    expect(commandsIn(hint).length > 0, hint).toBe(!(code in withoutCommand));
  });

  test.each(errorBodies().map((body) => [hintFor(body), body] as const))('%s', (hint, { code }) => {
    expect(hint, code).toMatch(/^[A-Z].*\.$/);
    expect(commandsIn(hint).map(problemOf).filter(Boolean)).toEqual([]);
    // Words of the API that an operator of the command line can't use. No command begins or resumes a payment.
    const ofTheApi =
      /details\.|Idempotency-Key|Retry-After|\b(?!payment\.(create|resume))[a-z]+\.[a-z]+[A-Z]?[a-z]*\)/i;
    expect(hint, code).not.toMatch(ofTheApi);
  });

  test('names the capture, by the id of the payment, when the money was only authorized', () => {
    const details = { refundableAmount: 0, currency: 'GBP', uncapturedPaymentId: paymentId };
    const hint = hintFor({ code: 'refund_exceeds_balance', hint: '', details });
    expect(commandsIn(hint)).toEqual([`payments capture ${paymentId}`]);
    expect(problemOf(`payments capture ${paymentId}`)).toBeUndefined();
  });
});

describe('what an order needs', () => {
  test.each(reasons)('for %s is said with commands that exist', (reason) => {
    const hint = hintOf(reason);
    expect(commandsIn(hint)).not.toEqual([]);
    expect(commandsIn(hint).map(problemOf).filter(Boolean)).toEqual([]);
  });

  test.each(reasons)('for %s does not name the cancellation of a shipped order', (reason) => {
    expect(hintOf(reason, 'SHIPPED')).not.toContain('orders cancel');
  });

  test('is shown with one line for each reason, and names the payment', () => {
    // The other fields of an order are optional on the screen.
    const order = {
      id,
      number,
      attentionReasons: reasons,
      status: 'PAID',
      fulfillmentStatus: 'UNFULFILLED',
      reservationStatus: 'COMMITTED',
      currency: 'GBP',
      customerId: 'ana',
    } as Order;
    const at = '2026-11-01T00:00:00.000Z';
    const payments = [{ id: paymentId, status: 'REVIEW' }] as RouterOutputs['payment']['list']['items'];
    const screen = { stream: process.stdout, width: 10_000 };
    const text = renderOrderHead(
      { ...order, totalAmount: 1, createdAt: at, reference: null, metadata: null },
      screen,
      payments,
    );
    expect(text.match(/^to do /gm)).toHaveLength(reasons.length);
    expect(text).toContain(`commerce payments decide ${paymentId} accept`);
  });
});

test.each([
  ['orders vanish ORDER', 'there is no command vanish'],
  ['orders show', '0 arguments'],
  ['orders list --nothing', 'there is no option --nothing'],
  ['payments decide PAYMENT perhaps', 'decision is wrong'],
  ['keys create CLIENT', '--scopes is missing'],
])('the check of commands refuses %s', (line, problem) => {
  expect(problemOf(line)).toContain(problem);
});
