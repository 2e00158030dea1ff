import { randomUUID } from 'node:crypto';
import { Connection, type HttpResponse } from './connection.ts';
import { signTokens } from './customer-tokens.ts';
import { closedLoop, type Call } from './drive.ts';
import type { Job, Loaded } from './job.ts';
import { Meter, summary } from './measure.ts';
import { captureOrderCreate, headOf } from './stock-request.ts';

type FlashSaleJob = Job & { kind: 'flash-sale' };

/**
 * Lets `shoppers` different customers try once each to order one unit of a product. They share `clients` connections.
 * The figures are those of the orders. Responses that are no order and no refusal for lack of stock count as failed.
 */
export async function runFlashSale(job: FlashSaleJob): Promise<Loaded> {
  const requests = await requestsOf(job);
  const { hostname, port } = new URL(job.url);
  const open = async () => Connection.open(hostname, Number(port));
  const connections = await Promise.all(Array.from({ length: job.clients }, open));
  const meter = new Meter({ warmMs: 0, measureMs: Infinity });
  const answers = { ordered: [] as Answer[], refused: [] as Answer[], ids: [] as string[] };
  const callOn =
    (connection: Connection): Call =>
    async (since) => {
      const request = requests.pop();
      if (request === undefined) return false;
      return new Promise((resolve) => {
        connection.send(
          request,
          (response) => {
            record(answers, meter, response, since);
            resolve(true);
          },
          (error) => {
            meter.failure(error.message);
            resolve(false);
          },
        );
      });
    };
  meter.start();
  const began = performance.now();
  await closedLoop(connections.map(callOn), meter);
  connections.forEach((connection) => connection.close());
  const { failed, loadCores } = meter.result();
  const { ordered, refused, ids } = answers;
  const firstRefusal = refused[0]?.at ?? NaN;
  return {
    ...rateOf(ordered, began),
    succeeded: ordered.length,
    failed,
    ...(loadCores !== undefined && { loadCores }),
    ids,
    refused: { ...rateOf(refused, firstRefusal), count: refused.length },
  };
}

/** When a response came, and how long it took, in ms. */
type Answer = { at: number; tookMs: number };

function record(
  { ordered, refused, ids }: { ordered: Answer[]; refused: Answer[]; ids: string[] },
  meter: Meter,
  { status, body }: HttpResponse,
  since: number,
): void {
  const at = performance.now();
  const answer = { at, tookMs: at - since };
  const id = status === 200 ? /"id":"([^"]+)"/.exec(body)?.[1] : undefined;
  if (id !== undefined) {
    ordered.push(answer);
    ids.push(id);
  } else if (body.includes('"insufficient_stock"')) refused.push(answer);
  else meter.failure(String(status));
}

/** Returns the rate from `from` to the last answer, and the percentiles. */
const rateOf = (answers: readonly Answer[], from: number) =>
  summary(
    answers.map(({ tookMs }) => tookMs),
    ((answers.at(-1)?.at ?? NaN) - from) / 1000,
  );

/** Makes all requests before the sale, so that making them takes no CPU time from the server during it. */
async function requestsOf({ url, tokenSecret, productId, shoppers }: FlashSaleJob): Promise<string[]> {
  const captured = await captureOrderCreate();
  const { host } = new URL(url);
  const body = JSON.stringify({ lines: [{ productId, quantity: 1 }] });
  return (await signTokens(tokenSecret, shoppers)).map((token) => {
    const head = headOf(captured, { host, authorization: `Bearer ${token}` }, ['idempotency-key', 'content-length']);
    return `${head}idempotency-key: ${randomUUID()}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  });
}
