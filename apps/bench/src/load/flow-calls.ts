import { randomUUID } from 'node:crypto';
import { priceAmount } from '../setup/ids.ts';
import { Connection, type HttpResponse } from './connection.ts';
import { customerTokens } from './customer-tokens.ts';
import type { Call } from './drive.ts';
import { customers, type Job } from './job.ts';
import type { Meter } from './measure.ts';
import type { Calls } from './over-http.ts';
import { pickLines, upTo } from './pick.ts';
import { paidEventIdOf, webhookSigner } from './signed-webhook.ts';
import { captureOrderCreate, capturePaymentCreate, headOf, type StockRequest } from './stock-request.ts';

type FlowJob = Job & { kind: 'flow' };

/**
 * Creates calls that each are a shopper's whole flow: `order.create`, `payment.create`, and the gateway's signed
 * webhook CAPTURED. Each request waits for the response of the last one. A flow has failed unless the webhook's
 * response is APPLIED with the effect `order_paid`.
 */
export async function flowCalls(job: FlowJob, meter: Meter): Promise<Calls> {
  const flow = await createFlow(job);
  const { hostname, port } = new URL(job.url);
  const open = async () => Connection.open(hostname, Number(port));
  const connections = await Promise.all(Array.from({ length: job.clients }, open));
  const ids: string[] = [];
  const callOn =
    (connection: Connection): Call =>
    async (since) => {
      try {
        const orderId = await flow(connection);
        meter.success(since);
        ids.push(orderId);
        return true;
      } catch (error) {
        meter.failure(error instanceof Error ? error.message : String(error));
        return error instanceof UnexpectedResponse;
      }
    };
  return {
    calls: connections.map(callOn),
    ids,
    close: () => connections.forEach((connection) => connection.close()),
  };
}

/** Returns the function that runs one flow of a random customer and returns the order's id. */
async function createFlow(job: FlowJob) {
  const orderHeads = await headsOf(job, await captureOrderCreate());
  const paymentHeads = await headsOf(job, await capturePaymentCreate());
  const sign = webhookSigner(job.url, job.webhookSecret);
  return async (connection: Connection): Promise<string> => {
    const customer = upTo(customers);
    const lines = pickLines(job.shape);
    const amount = lines.reduce((sum, { quantity }) => sum + quantity * priceAmount, 0);
    const orderId = idOf('order.create', await send(connection, withKey(orderHeads[customer], { lines })));
    const attempt = withKey(paymentHeads[customer], { orderId, provider: 'mock' });
    const paymentId = idOf('payment.create', await send(connection, attempt));
    const webhook = await send(connection, sign({ id: `evt-${paymentId}`, type: 'CAPTURED', paymentId, amount }));
    if (paidEventIdOf(webhook) === undefined) throw new UnexpectedResponse('webhook', webhook);
    return orderId;
  };
}

/** Returns the head of a captured call for each customer, with the customer's token. */
async function headsOf({ url, tokenSecret }: FlowJob, captured: StockRequest): Promise<string[]> {
  const { host } = new URL(url);
  return (await customerTokens(tokenSecret)).map((token) =>
    headOf(captured, { host, authorization: `Bearer ${token}` }, ['idempotency-key', 'content-length']),
  );
}

function withKey(head: string | undefined, content: object): string {
  const body = JSON.stringify(content);
  return `${head}idempotency-key: ${randomUUID()}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

const send = async (connection: Connection, request: string) =>
  new Promise<HttpResponse>((resolve, reject) => connection.send(request, resolve, reject));

class UnexpectedResponse extends Error {
  override readonly name = 'UnexpectedResponse';
  constructor(call: string, { status, body }: HttpResponse) {
    super(status === 200 ? `${call}: ${body.slice(0, 200)}` : `${call}: ${status}`);
  }
}

const beforeId = '"id":"';

function idOf(call: string, response: HttpResponse): string {
  const { status, body } = response;
  const at = body.indexOf(beforeId) + beforeId.length;
  if (status !== 200 || at === beforeId.length - 1) throw new UnexpectedResponse(call, response);
  return body.slice(at, at + 36);
}
