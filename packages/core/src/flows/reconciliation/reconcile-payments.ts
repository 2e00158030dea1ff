import { setTimeout as pause } from 'node:timers/promises';
import type { Reader } from '../../database/page.ts';
import { read } from '../../database/transaction.ts';
import { readDisputesOfOrders } from '../../dispute/dispute-repository.ts';
import { toGatewayPayment, type Gateway } from '../../gateways/gateway.ts';
import { readPaymentsById } from '../../payment/payment-list-repository.ts';
import type { Payment } from '../../payment/payment.ts';
import { readRefundsOfOrders } from '../../refund/refund-repository.ts';
import { compareBooks, sideOfShop, type BookDifference, type ShopBook } from './compare-books.ts';
import { bookOfFacts, type GatewayBook } from './gateway-book.ts';

/**
 * AGREES: both books say the same, or the gateway need not know the payment. DIFFERS: they do not. NO_ANSWER: the
 * gateway gave no answer. NOT_COMPARABLE: the gateway cannot be asked about a payment, or is not configured any more.
 */
export const reconciliationOutcomes = ['AGREES', 'DIFFERS', 'NO_ANSWER', 'NOT_COMPARABLE'] as const;
export type ReconciliationOutcome = (typeof reconciliationOutcomes)[number];

/** The money of a payment in one book. Amounts are integer minor units of `currency`. */
export type BookedMoney = {
  status: string;
  currency: string;
  authorizedAmount: number;
  capturedAmount: number;
  refundedAmount: number;
};

/** A payment in both books. `gateway` is null where the gateway does not know the payment, or gave no answer. */
export type ReconciledPayment = {
  id: string;
  orderId: string;
  provider: string;
  createdAt: Date;
  outcome: ReconciliationOutcome;
  shop: BookedMoney;
  gateway: BookedMoney | null;
  differences: BookDifference[];
};

type Gateways = ReadonlyMap<string, Gateway>;
type Compared = Pick<ReconciledPayment, 'outcome' | 'gateway' | 'differences'>;

// Gateways limit how often they may be called.
const callsAtOnceMax = 5;
const answerMs = 10_000;

/** Compares payments with what their gateways know of them now. Nothing is changed. */
export async function reconcilePayments(
  reader: Reader,
  gateways: Gateways,
  payments: readonly Payment[],
): Promise<ReconciledPayment[]> {
  const first = await comparePayments(reader, gateways, payments);
  // A change that came while the books were read makes a difference that a second look does not find.
  const differing = first.filter(({ outcome }) => outcome === 'DIFFERS').map(({ id }) => id);
  if (differing.length === 0) return first;
  const current = await read(async () => readPaymentsById(reader, differing));
  const again = new Map((await comparePayments(reader, gateways, current)).map((one) => [one.id, one]));
  return first.map((one) => again.get(one.id) ?? one);
}

async function comparePayments(
  reader: Reader,
  gateways: Gateways,
  payments: readonly Payment[],
): Promise<ReconciledPayment[]> {
  const books = await readShopBooks(reader, payments);
  const silent = new Set<string>();
  const compared = new Map<string, Compared>();
  const waiting = books.values();
  const work = async () => {
    for (const book of waiting) compared.set(book.payment.id, await compareWithGateway(gateways, silent, book));
  };
  await Promise.all(Array.from({ length: callsAtOnceMax }, work));
  return books.map((book) => {
    const { id, orderId, provider, createdAt } = book.payment;
    const found = compared.get(id) ?? notComparable;
    return { id, orderId, provider, createdAt, shop: moneyOfShop(book), ...found };
  });
}

const notComparable: Compared = { outcome: 'NOT_COMPARABLE', gateway: null, differences: [] };
const noAnswer: Compared = { outcome: 'NO_ANSWER', gateway: null, differences: [] };

/** A gateway that gave no answer is not asked about further payments. */
async function compareWithGateway(gateways: Gateways, silent: Set<string>, book: ShopBook): Promise<Compared> {
  const { payment } = book;
  const gateway = gateways.get(payment.provider);
  if (!gateway?.retrieve) return notComparable;
  if (silent.has(payment.provider)) return noAnswer;
  const facts = await within(answerMs, gateway.retrieve(toGatewayPayment(payment)));
  if (!facts) {
    silent.add(payment.provider);
    return noAnswer;
  }
  const theirs = bookOfFacts(facts, payment.currency);
  const differences = compareBooks(book, theirs);
  const outcome = differences.length === 0 ? 'AGREES' : 'DIFFERS';
  return { outcome, gateway: theirs ? moneyOfGateway(theirs) : null, differences };
}

/** What a call returns in this time; undefined when it fails or takes longer. */
async function within<T>(limitMs: number, call: Promise<T>): Promise<T | undefined> {
  const ended = new AbortController();
  const tooLate = pause(limitMs, undefined, { signal: ended.signal }).catch(() => undefined);
  try {
    return await Promise.race([call.catch(() => undefined), tooLate]);
  } finally {
    ended.abort();
  }
}

async function readShopBooks(reader: Reader, payments: readonly Payment[]): Promise<ShopBook[]> {
  const ids = payments.map(({ orderId }) => orderId);
  const [refunds, disputes] = await read(async () =>
    Promise.all([readRefundsOfOrders(reader, ids), readDisputesOfOrders(reader, ids)]),
  );
  const refundsOf = Map.groupBy(refunds, ({ paymentId }) => paymentId);
  const disputesOf = Map.groupBy(disputes, ({ paymentId }) => paymentId);
  return payments.map((payment) => ({
    payment,
    refunds: refundsOf.get(payment.id) ?? [],
    disputes: disputesOf.get(payment.id) ?? [],
  }));
}

function moneyOfShop(book: ShopBook): BookedMoney {
  const { currency, authorized: authorizedAmount, captured: capturedAmount } = sideOfShop(book);
  const { status, refundedAmount } = book.payment;
  return { status, currency, authorizedAmount, capturedAmount, refundedAmount };
}

const moneyOfGateway = ({ refunds, status, currency, ...money }: GatewayBook): BookedMoney => ({
  status,
  currency,
  authorizedAmount: money.authorizedAmount,
  capturedAmount: money.capturedAmount,
  refundedAmount: refunds.reduce((sum, one) => sum + (one.status === 'SUCCEEDED' ? one.amount : 0), 0),
});
