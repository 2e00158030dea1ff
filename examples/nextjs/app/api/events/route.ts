import { Webhook, WebhookVerificationError } from 'standardwebhooks';

type Event = { id: string; type: string; subject: string; sequence: string; data: Record<string, unknown> };

/**
 * What has arrived. Yours is a table with the event's id as its key, written in the transaction of the event's effect.
 */
const received = new Map<string, Event>();

/**
 * Receives the events of a webhook endpoint of the shop (`webhookEndpoint.create`). An event may come more than once.
 */
export async function POST(request: Request): Promise<Response> {
  const secret = process.env['WEBHOOK_SECRET'];
  if (secret === undefined) return new Response(null, { status: 503 });
  // The raw text: the signature is over its bytes.
  const body = await request.text();
  try {
    const event = new Webhook(secret).verify(body, Object.fromEntries(request.headers)) as Event;
    if (!received.has(event.id)) received.set(event.id, event);
    return new Response(null, { status: 204 });
  } catch (error) {
    if (error instanceof WebhookVerificationError) return new Response(null, { status: 400 });
    throw error;
  }
}

/** The events of a subject such as `order/<id>`, for the page of this example. */
export function GET(request: Request): Response {
  const subject = new URL(request.url).searchParams.get('subject');
  return Response.json([...received.values()].filter((event) => event.subject === subject).map(({ type }) => type));
}
