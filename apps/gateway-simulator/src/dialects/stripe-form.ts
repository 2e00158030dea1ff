import type { Context } from 'hono';

/** An answer in Stripe's words for what is wrong with a request. */
export class StripeRefusal extends Error {
  readonly status: 400 | 404;
  readonly body: object;

  constructor(code: string, message: string, param?: string, status: 400 | 404 = 400) {
    super(message);
    this.status = status;
    this.body = { error: { type: 'invalid_request_error', code, message, ...(param === undefined ? {} : { param }) } };
  }
}

/** A form with these fields, and `metadata[…]` if that is one of them. @throws StripeRefusal for another field */
export async function formOf(c: Context, ...names: string[]): Promise<URLSearchParams> {
  const form = new URLSearchParams(await c.req.text());
  const unknown = [...form.keys()].find((name) => !names.includes(name.replace(/^metadata\[\w+\]$/, 'metadata')));
  if (unknown !== undefined)
    throw new StripeRefusal('parameter_unknown', `Received unknown parameter: ${unknown}`, unknown);
  return form;
}

/** A number of minor units, or undefined when it isn't given. @throws StripeRefusal */
export function unitsIn(form: URLSearchParams, name: string): number | undefined {
  const text = form.get(name);
  if (text === null) return undefined;
  const units = /^\d{1,12}$/.test(text) ? Number(text) : 0;
  if (units > 0) return units;
  throw new StripeRefusal('parameter_invalid_integer', `This value must be greater than or equal to 1: ${name}.`, name);
}
