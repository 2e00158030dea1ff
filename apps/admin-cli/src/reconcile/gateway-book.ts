import { Failure } from '../failure.ts';
import { Unreachable } from '../refusal.ts';

export type GatewayRefund = {
  id: string;
  refundId: string | null;
  amount: number;
  status: 'PENDING' | 'SUCCEEDED' | 'FAILED';
};

export type GatewayDispute = { id: string; amount: number; status: 'OPEN' | 'WON' | 'LOST' };

/** A payment in the gateway's book. Amounts are integer minor units of `currency`. */
export type GatewayPayment = {
  /** The shop's id of the payment. */
  paymentId: string;
  provider: string;
  state: 'CREATED' | 'WAITING' | 'AUTHORIZED' | 'CAPTURED' | 'FAILED' | 'CANCELED';
  currency: string;
  authorizedAmount: number;
  capturedAmount: number;
  /** The shop's id of the refund that released the authorization. */
  releasedBy: string | null;
  refunds: GatewayRefund[];
  disputes: GatewayDispute[];
};

export type GatewayBook = {
  payments: Map<string, GatewayPayment>;
  /** Payments that the book no longer lists. */
  forgotten: number;
};

type BookPage = { items: GatewayPayment[]; nextCursor: string | null; totals: { forgotten: number } };

const pageMax = 200;

/**
 * Reads the whole book of the simulator at `url`.
 * @throws Unreachable when no server answers at the address
 * @throws Failure when the server is not a simulator
 */
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

/** Reads one payment. Returns undefined when the gateway doesn't know it. */
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
