import { styleText } from 'node:util';
import type { RouterOutputs } from '@commerce-core/client';
import { formatMoney } from '../money.ts';
import { formatTime } from '../output.ts';
import type { Screen } from '../table.ts';
import { printable } from '../terminal/printable.ts';
import { renderRecord } from '../table.ts';

type GatewayEvent = RouterOutputs['gatewayEvent']['get'];

/** Renders a gateway event without its body. */
export function renderEvent(event: Omit<GatewayEvent, 'rawBody'>, screen: Screen): string {
  const { amount, currency, dueAt, decidedAt, payableUntil } = event;
  return renderRecord(
    [
      ['event', event.id],
      ['provider', event.provider],
      ["gateway's id", event.providerEventId],
      ['source', event.source],
      ['type', event.type],
      ['payment', event.paymentId],
      ["gateway's payment", event.gatewayPaymentId],
      ['refund', event.refundId],
      ["gateway's refund", event.gatewayObjectId],
      ['amount', amount > 0 ? formatMoney(amount, currency) : null],
      ['failure', event.failureCode],
      ['payable until', payableUntil && formatTime(payableUntil)],
      ['outcome', [event.outcome, event.effect].filter(Boolean).join(' ')],
      ['tries', String(event.attempts)],
      ['next try', dueAt && formatTime(dueAt)],
      ['received', formatTime(event.receivedAt)],
      ['decided', decidedAt && formatTime(decidedAt)],
    ],
    screen,
  );
}

/** Renders a gateway event with its body, without characters that would control the terminal. */
export function renderWholeEvent({ rawBody, ...event }: GatewayEvent, screen: Screen): string {
  if (rawBody === null) return renderEvent(event, screen);
  const [title, body] = 'text' in rawBody ? ['Body', rawBody.text] : ['Body, in base64', rawBody.base64];
  const lines = body.split('\n').map(printable);
  return [renderEvent(event, screen), '', styleText('underline', title, { stream: screen.stream }), ...lines].join(
    '\n',
  );
}
