import { CommerceError } from '../../errors.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import { newId } from '../../ids.ts';
import type { CreatePayment } from '../../payment/payment-input.ts';
import type { CreatePaymentCommand } from './create-payments.ts';

/**
 * The command that creates a payment at a gateway, with the gateway's own defaults.
 * @param reservationMs how long the shop keeps the stock where the gateway has no time of its own
 * @throws unsupported_by_provider when the gateway can't capture in the requested way
 */
export function paymentCommand(
  gateway: Gateway,
  request: CreatePayment & { customerId?: string | undefined },
  reservationMs: number,
): CreatePaymentCommand {
  const { method = null, capture = gateway.captures[0] } = request;
  const isSupported =
    gateway.captures.includes(capture) || (capture === 'DISPATCH' && gateway.captures.includes('MANUAL'));
  if (!isSupported) {
    throw new CommerceError('unsupported_by_provider', `this payment provider cannot capture in the mode ${capture}`);
  }
  return {
    id: newId(),
    ...request,
    method,
    capture,
    amountRule: gateway.amountRule,
    authorizationMs: capture === 'AUTOMATIC' ? undefined : gateway.authorizationMsOf?.(method),
    reservationMs: gateway.reservationMsOf?.(method) ?? reservationMs,
  };
}
