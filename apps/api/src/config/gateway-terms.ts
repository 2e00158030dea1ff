import type { CaptureMode, Gateway } from '@commerce-core/core';
import { list } from './list.ts';

const providers = ['mock', 'stripe', 'toss', 'portone'] as const;
// Toss and PortOne capture when they approve.
const manualCaptureProviders: readonly string[] = ['mock', 'stripe'];
const authorizing: readonly string[] = ['MANUAL', 'DISPATCH'];
const reservationMinutesMax = 60 * 24 * 60;

/** Parses `name=value, name=value`; each name may occur once. */
const entries = list
  .transform((parts) =>
    parts.map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at).trim(), part.slice(at + 1).trim()] as const;
    }),
  )
  .refine((all) => new Set(all.map(([name]) => name)).size === all.length, 'must be like stripe=…: each name once');

const isProvider = (name: string): boolean => (providers as readonly string[]).includes(name);

/** Terms of the shop with its gateways that replace the adapters' defaults. */
export const gatewayTermVariables = {
  GATEWAY_RESERVATION_MINUTES: entries
    .refine(
      (all) =>
        all.every(
          ([name, minutes]) =>
            isProvider(name.split('/', 1)[0] ?? '') &&
            /^\d{1,6}$/.test(minutes) &&
            Number(minutes) > 0 &&
            Number(minutes) <= reservationMinutesMax,
        ),
      'must be like stripe=45, toss/virtual_account=4320: a provider or provider/method, and 1 to 86400 minutes',
    )
    .default([])
    .describe(
      'How long an attempt reserves the stock, in minutes, by provider or provider/method. A method’s own default ' +
        'wins over a value for its provider alone.',
    ),
  GATEWAY_CAPTURE: entries
    .refine(
      (all) =>
        all.every(
          ([name, mode]) =>
            isProvider(name) &&
            (mode === 'AUTOMATIC' || (authorizing.includes(mode) && manualCaptureProviders.includes(name))),
        ),
      'must be like stripe=DISPATCH, mock=MANUAL; the modes are AUTOMATIC, MANUAL and DISPATCH, ' +
        'and toss and portone support only AUTOMATIC',
    )
    .default([])
    .describe(
      'The capture mode by provider, for calls that give none. `MANUAL` authorizes, and an operator captures. ' +
        '`DISPATCH` authorizes, and the shop captures when the first shipment leaves.',
    ),
};

/** The parsed variables. */
export type GatewayTerms = {
  [name in keyof typeof gatewayTermVariables]: readonly (readonly [name: string, value: string])[];
};

/**
 * Returns the gateway with the shop's terms. A reservation lasts as long as the shop's term for the method, else the
 * adapter's default for the method, else the shop's term for the provider. The method's default outranks the provider's
 * term because a virtual account can be paid for days.
 */
export function onTerms(gateway: Gateway, { GATEWAY_RESERVATION_MINUTES, GATEWAY_CAPTURE }: GatewayTerms): Gateway {
  const { provider, captures } = gateway;
  const minutes = new Map(GATEWAY_RESERVATION_MINUTES);
  const modes: readonly CaptureMode[] = captures.includes('MANUAL') ? [...captures, 'DISPATCH'] : captures;
  const capture = modes.find((mode) => mode === new Map(GATEWAY_CAPTURE).get(provider));
  const reservationMsOf = (method: string | null): number | undefined => {
    const own = minutes.get(`${provider}/${method}`);
    if (own !== undefined) return Number(own) * 60_000;
    const usual = method === null ? undefined : gateway.reservationMsOf?.(method);
    const ofProvider = minutes.get(provider);
    return usual ?? (ofProvider === undefined ? gateway.reservationMsOf?.(method) : Number(ofProvider) * 60_000);
  };
  return {
    ...gateway,
    reservationMsOf,
    captures: capture ? [capture, ...captures.filter((mode) => mode !== capture)] : captures,
  };
}
