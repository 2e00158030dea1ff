import { Failure } from '../failure.ts';
import { Unreachable } from '../refusal.ts';

export type GatewayRefund = {
  id: string;
  refundId: string | null;
  amount: number;
  status: 'PENDING' | 'SUCCEEDED' | 'FAILED';
};

export type GatewayDispute = { id: string; amount: number; status: 'OPEN' | 'WON' | 'LOST' };

/** A payment as the gateway's book has it. Amounts are integer minor units of `currency`. */
export type GatewayPayment = {
  /** The shop's id of it. */
  paymentId: string;
  provider: string;
  state: 'CREATED' | 'WAITING' | 'AUTHORIZED' | 'CAPTURED' | 'FAILED' | 'CANCELED';
  currency: string;
  authorizedAmount: number;
  capturedAmount: number;
  /** The shop's id of the refund by which an authorization was let go of. */
  releasedBy: string | null;
  refunds: GatewayRefund[];
  disputes: GatewayDispute[];
};

export type GatewayBook = {
  payments: Map<string, GatewayPayment>;
  /** Payments that it has had and lists no more. */
  forgotten: number;
};

type BookPage = { items: GatewayPayment[]; nextCursor: string | null; totals: { forgotten: number } };

const pageMax = 200;

/** The whole book of the simulator at `url`. @throws Unreachable when nobody answers there · Failure when it is no simulator */
export async function readGatewayBook(url: string): Promise<GatewayBook> {
  const payments = new Map<string, GatewayPayment>();
  for (let cursor = ''; ;) {
    const page = await ask(url, `book?limit=${pageMax}${cursor && `&cursor=${cursor}`}`);
    if (!isPage(page)) throw notASimulator(url);
    for (const payment of page.items) payments.set(payment.paymentId, payment);
    if (page.nextCursor === null) return { payments, forgotten: page.totals.forgotten };
    cursor = page.nextCursor;
  }
}

/** One payment; undefined when the gateway doesn't know it. */
export async function readGatewayPayment(url: string, paymentId: string): Promise<GatewayPayment | undefined> {
  return (await ask(url, `book/${paymentId}`)) as GatewayPayment | undefined;
}

async function ask(url: string, path: string): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`${url.replace(/\/+$/, '')}/${path}`);
  } catch (error) {
    throw new Unreachable(`The gateway simulator does not answer at ${url}.`, { cause: error });
  }
  if (response.status === 404 && path.startsWith('book/')) return undefined;
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok || body === undefined) throw notASimulator(url);
  return body;
}

const notASimulator = (url: string) => new Failure(`What answers at ${url} has no gateway's book.`);

function isPage(body: unknown): body is BookPage {
  const page = body as Partial<BookPage> | null;
  return Array.isArray(page?.items) && page.totals !== undefined && page.nextCursor !== undefined;
}
