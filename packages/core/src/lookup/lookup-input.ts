import { z } from 'zod';
import { line } from '../text.ts';

/** What can be looked up by a text that a person wrote. */
export const lookupKinds = [
  'order',
  'payment',
  'shipment',
  'parcel',
  'return',
  'product',
  'shippingOption',
  'gatewayEvent',
  'trackingMessage',
  'webhookEndpoint',
  'apiKey',
  'session',
] as const;
export type LookupKind = (typeof lookupKinds)[number];

export const lookupInput = z.strictObject({ kind: z.enum(lookupKinds), text: line(200) });

/** Fewer characters could mean another thing tomorrow: ids begin with the time. */
const digitsMin = 4;

const dashed = (digits: string): string => digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/**
 * The first and the last id that can begin with a text of at least four hexadecimal digits, with or without dashes;
 * undefined for any other text.
 */
export function idRange(text: string): { first: string; last: string } | undefined {
  const prefix = text.toLowerCase();
  const digits = prefix.replaceAll('-', '');
  if (!/^[\da-f]{1,32}$/.test(digits) || digits.length < digitsMin) return undefined;
  const first = dashed(digits.padEnd(32, '0'));
  if (prefix !== digits && !first.startsWith(prefix)) return undefined;
  return { first, last: dashed(digits.padEnd(32, 'f')) };
}
