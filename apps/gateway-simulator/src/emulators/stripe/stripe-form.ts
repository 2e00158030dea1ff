import type { Context } from 'hono';

/** An error response in Stripe's format. */
export class StripeRefusal extends Error {
  readonly status: 400 | 404;
  readonly body: object;

  constructor(code: string, message: string, param?: string, status: 400 | 404 = 400) {
    super(message);
    this.status = status;
    this.body = { error: { type: 'invalid_request_error', code, message, ...(param === undefined ? {} : { param }) } };
  }
}

/**
 * Reads the request's form.
 *
 * @param names the allowed fields; `metadata` allows each `metadata[…]`
 * @throws StripeRefusal `parameter_unknown` when the form has another field
 */
export async function readForm(c: Context, ...names: string[]): Promise<URLSearchParams> {
  const form = new URLSearchParams(await c.req.text());
  const unknown = [...form.keys()].find((name) => !names.includes(name.replace(/^metadata\[\w+\]$/, 'metadata')));
  if (unknown !== undefined)
    throw new StripeRefusal('parameter_unknown', `Received unknown parameter: ${unknown}`, unknown);
  return form;
}

/**
 * Returns a form field as a positive number of Stripe's units; undefined when the field is missing.
 *
 * @throws StripeRefusal `parameter_invalid_integer` when the field is no integer from 1
 */
export function unitsIn(form: URLSearchParams, name: string): number | undefined {
  const text = form.get(name);
  if (text === null) return undefined;
  const units = /^\d{1,12}$/.test(text) ? Number(text) : 0;
  if (units > 0) return units;
  throw new StripeRefusal('parameter_invalid_integer', `This value must be greater than or equal to 1: ${name}.`, name);
}

/** Returns the form's `metadata[…]` fields by their names. */
export const metadataIn = (form: URLSearchParams): Record<string, string> =>
  Object.fromEntries(
    [...form].flatMap(([name, value]) => {
      const key = /^metadata\[(\w+)\]$/.exec(name)?.[1];
      return key ? [[key, value]] : [];
    }),
  );
