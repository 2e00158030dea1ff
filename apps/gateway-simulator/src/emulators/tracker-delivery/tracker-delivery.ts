import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { scanInput } from '../../trackers/scan-input.ts';
import type { TrackerEmulator } from '../../trackers/tracker-emulator.ts';
import type { SendWebhook } from '../../trackers/tracker-webhooks.ts';
import { statusCodes, TrackerDeliveryBook, type Page } from './tracker-delivery-book.ts';

export type TrackerDeliverySettings = { clientId: string; clientSecret: string };

const request = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).default({}) });
const number = {
  carrierId: z.string().regex(/^[a-z]{2}\.[a-z0-9.-]+$/),
  trackingNumber: z.string().regex(/^\w{1,100}$/),
};
const trackInput = z.object({
  ...number,
  after: z
    .string()
    .regex(/^\d{1,9}$/)
    .nullish(),
});
const registerInput = z.object({
  input: z.object({
    ...number,
    callbackUrl: z.url({ protocol: /^https?$/ }),
    expirationTime: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  }),
});

/**
 * Creates the emulator of tracker.delivery: the two operations of its GraphQL API that the shop uses, and unsigned
 * callbacks. The emulator recognizes an operation by its field, and responds with all of that operation's fields,
 * also with those that the query doesn't select. https://tracker.delivery/docs
 *
 * @param settings calls must carry this API key
 */
export function trackerDeliveryEmulator(settings: TrackerDeliverySettings): TrackerEmulator {
  return {
    name: 'tracker-delivery',
    path: '/tracker-delivery',
    routes: (send) => trackerDeliveryRoutes(settings, send),
  };
}

function trackerDeliveryRoutes({ clientId, clientSecret }: TrackerDeliverySettings, send: SendWebhook): Hono {
  const book = new TrackerDeliveryBook();
  const app = new Hono();

  app.post('/graphql', async (c) => {
    if (c.req.header('authorization') !== `TRACKQL-API-KEY ${clientId}:${clientSecret}`)
      return c.json(errorBody('UNAUTHENTICATED', 'The API key is not valid.'));
    const { query, variables } = request.parse(await c.req.json());
    if (/\bregisterTrackWebhook\s*\(/.test(query)) return c.json(register(book, variables));
    if (/\btrack\s*\(/.test(query)) return c.json(track(book, query, variables));
    return c.json(errorBody('BAD_REQUEST', 'The simulator does not know this operation.'));
  });

  app.post('/scans', async (c) => {
    const input = scanInput(z.enum(statusCodes)).parse(await c.req.json());
    const { carrier: carrierId, trackingNumber, status: code, detail: name, at = new Date(), webhook, wait } = input;
    const registrations = book.scan({ carrierId, trackingNumber }, { code, name, at }, new Date());
    const sent = registrations.map(({ callbackUrl, ...about }) => {
      const body = JSON.stringify({ carrierId: about.carrierId, trackingNumber: about.trackingNumber });
      return send({ webhookUrl: callbackUrl, headers: () => ({}) }, { id: callbackUrl, body }, webhook);
    });
    return c.json({ callbacks: sent.length, attempts: wait ? (await Promise.all(sent)).flat() : [] });
  });

  app.notFound((c) => c.json(errorBody('NOT_FOUND', 'There is nothing at this address.'), 404));
  app.onError(respondToError);
  return app;
}

function register(book: TrackerDeliveryBook, variables: object) {
  const { expirationTime: expiresAt, ...about } = registerInput.parse(variables).input;
  book.register({ ...about, expiresAt });
  return { data: { registerTrackWebhook: true } };
}

function track(book: TrackerDeliveryBook, query: string, variables: object) {
  const { after = null, ...about } = trackInput.parse(variables);
  const first = Number(/\bfirst:\s*(\d{1,3})\b/.exec(query)?.[1] ?? 20);
  const page = book.page(about, first, after);
  return page
    ? { data: { track: { events: connection(page) } } }
    : errorBody('NOT_FOUND', '운송장을 찾을 수 없습니다.');
}

const connection = ({ scans, hasNextPage, endCursor }: Page) => ({
  edges: scans.map(({ code, name, at }) => ({
    node: { time: at && koreanTime(at), status: { code, name }, description: '홍길동 010-0000-0000' },
  })),
  pageInfo: { hasNextPage, endCursor },
});

/** Times of Korean carriers have Korea's offset. */
const koreanTime = (at: Date): string => new Date(at.getTime() + 9 * 60 * 60_000).toISOString().replace('Z', '+09:00');

const errorBody = (code: string, message: string) => ({ data: null, errors: [{ message, extensions: { code } }] });

function respondToError(error: Error, c: Context): Response {
  if (error instanceof z.ZodError || error instanceof SyntaxError)
    return c.json(errorBody('BAD_REQUEST', 'The request is not valid.'), 400);
  return c.json(errorBody('INTERNAL', 'The simulator failed.'), 500);
}
