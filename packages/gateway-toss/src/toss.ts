import type { z } from 'zod';
import {
  gatewayFact,
  type GatewayFact,
  type SignedEvent,
  callGateway,
  type CallPolicy,
  type GatewayAnswer,
  GatewayRefusal,
  type PollableGateway,
  type GatewayPayment,
  type GatewayRefund,
  reasonOf,
  refundIdIn,
} from '@commerce-core/core/gateway';
import { toTossAmount } from './toss-amount.ts';
import { tossFacts, tossPayment, type TossPayment } from './toss-payment.ts';
import { tossTransactions, transactionEvents, transactionsMax, transactionsQuery } from './toss-transactions.ts';
import { tossEvent } from './toss-webhook.ts';

export type TossOptions = {
  secretKey: string;
  /** For the shopper's browser. */
  clientKey: string;
  /** Toss's own unless said. */
  url?: string;
  /** How long an attempt by `virtual_account` holds the order's stock; an account that is issued says itself until when. */
  virtualAccountHoldMs?: number;
  policy?: CallPolicy;
};

type Known = Pick<GatewayPayment, 'id' | 'gatewayPaymentId'>;

const dayMs = 24 * 60 * 60_000;

/**
 * Toss Payments: its page asks the shopper, `confirm` takes the money, at once. Our payment's id is its `orderId`. Without
 * `confirm` no money moves. https://docs.tosspayments.com/reference
 * @throws Error when one key is a test's and the other one isn't
 */
export function tossGateway(options: TossOptions): PollableGateway {
  const {
    secretKey,
    clientKey,
    url = 'https://api.tosspayments.com',
    virtualAccountHoldMs = 7 * dayMs,
    policy,
  } = options;
  if (secretKey.startsWith('test_') !== clientKey.startsWith('test_')) {
    throw new Error("Toss's keys don't belong together: one is for tests");
  }
  const authorization = `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`;

  const ask = (path: string) => callGateway(url + path, { headers: { authorization } }, policy);
  const tell = (path: string, idempotencyKey: string, body: object) =>
    callGateway(
      url + path,
      {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
        body: JSON.stringify(body),
      },
      policy,
    );

  /** Toss's view of the payment. What a key brings counts only if it is this payment's: keys pass through browsers. */
  async function find({ id, gatewayPaymentId }: Known): Promise<TossPayment | undefined> {
    if (gatewayPaymentId) {
      const byKey = paymentOrNone(await ask(`/v1/payments/${encodeURIComponent(gatewayPaymentId)}`));
      if (byKey?.orderId === id) return byKey;
    }
    const byOrder = paymentOrNone(await ask(`/v1/payments/orders/${id}`));
    return byOrder?.orderId === id ? byOrder : undefined;
  }

  async function confirm({ id, amount, currency }: GatewayPayment, paymentKey: string): Promise<GatewayFact[]> {
    const asked = { paymentKey, orderId: id, amount: toTossAmount(amount, currency) };
    const answer = await tell('/v1/payments/confirm', id, asked);
    if (codeOf(answer) === 'ALREADY_PROCESSED_PAYMENT') {
      // Not by this key: it may be another order's, which is paid.
      const found = await find({ id, gatewayPaymentId: null });
      const facts = found ? tossFacts(found) : [];
      return facts.length > 0 ? facts : refuse(answer);
    }
    return tossFacts(ofPayment(id, answer));
  }

  async function cancel(payment: GatewayPayment): Promise<GatewayFact[]> {
    const found = await find(payment);
    if (!found || found.status === 'READY' || found.status === 'IN_PROGRESS') {
      return [gatewayFact({ type: 'CANCELED', paymentId: payment.id, gatewayPaymentId: found?.paymentKey ?? null })];
    }
    if (found.status !== 'WAITING_FOR_DEPOSIT') return tossFacts(found);
    const answer = await tell(cancelPath(found), `cancel-${payment.id}`, {
      cancelReason: 'Nobody waits for it any more',
    });
    if (codeOf(answer) === undefined) return tossFacts(ofPayment(payment.id, answer));
    // The deposit came in between.
    const after = await find(payment);
    return after && after.status !== 'WAITING_FOR_DEPOSIT' ? tossFacts(after) : refuse(answer);
  }

  async function refund(refund: GatewayRefund, payment: GatewayPayment): Promise<GatewayFact[]> {
    const found = await find(payment);
    if (!found) throw new GatewayRefusal('NOT_FOUND_PAYMENT', 'Toss knows no such payment');
    // Toss forgets Idempotency-Keys after 15 days.
    if (found.cancels?.some(({ cancelReason }) => refundIdIn(cancelReason) === refund.id)) return tossFacts(found);
    if (found.virtualAccount && found.approvedAt) {
      throw new GatewayRefusal(
        'refund_account_required',
        'money of a virtual account goes back to one that the shopper names',
      );
    }
    const whole = refund.kind === 'VOID';
    const answer = await tell(cancelPath(found), refund.id, {
      cancelReason: reasonOf(refund),
      ...(whole ? {} : { cancelAmount: toTossAmount(refund.amount, refund.currency) }),
    });
    return tossFacts(ofPayment(payment.id, answer));
  }

  /** Approvals and cancels, whose webhooks may have got lost. */
  async function listEvents(since: Date): Promise<SignedEvent[]> {
    const events: SignedEvent[] = [];
    const now = new Date();
    for (let last: string | undefined; ;) {
      const answer = await ask(`/v1/transactions?${transactionsQuery(since, now, last)}`);
      const page = understood(tossTransactions, answer);
      events.push(...page.flatMap(transactionEvents));
      if (page.length < transactionsMax) return events;
      last = page.at(-1)?.transactionKey;
    }
  }

  return {
    provider: 'toss',
    captures: ['AUTOMATIC'],
    signs: false,
    reservationMsOf: (method) => (method === 'virtual_account' ? virtualAccountHoldMs : undefined),
    receive: ({ rawBody }) => [tossEvent(rawBody)],
    initiation: {
      by: 'client',
      initiate: ({ id: orderId, amount, currency }) => ({
        provider: 'toss',
        clientKey,
        orderId,
        amount: toTossAmount(amount, currency),
      }),
    },
    confirm,
    async retrieve(payment) {
      const found = await find(payment);
      return found ? tossFacts(found) : [];
    },
    async capture() {
      throw new GatewayRefusal('capture_not_supported', 'Toss captures as it approves');
    },
    cancel,
    refund,
    listEvents,
  };
}

const cancelPath = ({ paymentKey }: TossPayment): string => `/v1/payments/${encodeURIComponent(paymentKey)}/cancel`;

/** The code of an answer that isn't a payment; '' where it has none. */
function codeOf({ status, body }: GatewayAnswer): string | undefined {
  if (status === 200) return undefined;
  const code: unknown = body?.code;
  return typeof code === 'string' && /^\w{1,100}$/.test(code) ? code : '';
}

// Of the call, not of the payment: the shop's keys or rights are wrong, or the same call is still under way. Everything
// else below 500 that has a code is about the payment, 403 too: REJECT_CARD_PAYMENT, NOT_CANCELABLE_AMOUNT.
const undecided: readonly string[] = [
  '',
  'UNAUTHORIZED_KEY',
  'INVALID_API_KEY',
  'INCORRECT_BASIC_AUTH_FORMAT',
  'FORBIDDEN_REQUEST',
  'IDEMPOTENT_REQUEST_PROCESSING',
  'INVALID_IDEMPOTENCY_KEY',
  'FORBIDDEN_CONSECUTIVE_REQUEST',
];

function refuse(answer: GatewayAnswer): never {
  const code = codeOf(answer) ?? '';
  if (answer.status === 401 || undecided.includes(code)) throw new Error(`Toss answered ${answer.status} ${code}`);
  throw new GatewayRefusal(code, typeof answer.body.message === 'string' ? answer.body.message : code);
}

function understood<S extends z.ZodType>(schema: S, answer: GatewayAnswer): z.output<S> {
  if (codeOf(answer) !== undefined) refuse(answer);
  const parsed = schema.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  throw new Error(`Toss's answer can't be understood: ${parsed.error.issues[0]?.path.join('.')}`);
}

function paymentOrNone(answer: GatewayAnswer): TossPayment | undefined {
  return answer.status === 404 && codeOf(answer) === 'NOT_FOUND_PAYMENT' ? undefined : understood(tossPayment, answer);
}

function ofPayment(id: string, answer: GatewayAnswer): TossPayment {
  const told = understood(tossPayment, answer);
  if (told.orderId !== id) throw new Error('Toss answered of another payment');
  return told;
}
