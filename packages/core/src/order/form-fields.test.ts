import { describe, expect, test } from 'vitest';
import { newId } from '../ids.ts';
import { parse } from '../validation.ts';
import { placeOrderInput, quoteOrderInput, updateOrderInput } from './order-input.ts';

const contact = { name: 'Jo', email: 'jo@mail.example', phone: '1' };
// Hong Kong needs neither a city nor a region nor a postal code, so that they are optional here.
const shippingAddress = {
  name: 'Jo',
  line1: '1 Road',
  line2: '2nd floor',
  city: 'Hong Kong',
  region: 'HK',
  postalCode: '0',
  country: 'HK',
  phone: '1',
};
const texts = { contact, shippingAddress, reference: 'cart-1' };
const lines = [{ productId: newId(), quantity: 1 }];

const inputs = [
  { name: 'order.create', schema: placeOrderInput, valid: { lines, ...texts } },
  { name: 'order.update', schema: updateOrderInput, valid: { orderId: newId(), expectedVersion: 1, ...texts } },
  { name: 'order.quote', schema: quoteOrderInput, valid: { lines, shippingAddress } },
] as const;

type Path = readonly [string, string?];

/** The places of all texts of an order that a form may have fields for. */
const placesIn = (valid: Record<string, unknown>): Path[] =>
  Object.entries(texts).flatMap(([name, value]): Path[] => {
    if (!(name in valid)) return [];
    return typeof value === 'string' ? [[name]] : Object.keys(value).map((field) => [name, field] as const);
  });

/** The input with another value at a place; undefined takes the field out. */
function withValue(valid: Record<string, unknown>, [name, field]: Path, value: unknown): object {
  const put = (object: object, key: string): object => {
    const { [key]: _, ...rest } = object as Record<string, unknown>;
    return value === undefined ? rest : { ...object, [key]: value };
  };
  return field === undefined ? put(valid, name) : { ...valid, [name]: put(valid[name] as object, field) };
}

const cases = inputs.flatMap(({ name, schema, valid }) =>
  placesIn(valid).map((place) => ({ name, field: place.join('.'), schema, valid, place })),
);
const isOptional = ({ schema, valid, place }: (typeof cases)[number]) =>
  schema.safeParse(withValue(valid, place, undefined)).success;

describe('an empty field of a form', () => {
  test.each(cases.filter(isOptional))('$field of $name counts as not given', ({ schema, valid, place }) => {
    const without = JSON.stringify(parse(schema, withValue(valid, place, undefined)));
    for (const empty of ['', ' ', '\t\n', null])
      expect(JSON.stringify(parse(schema, withValue(valid, place, empty))), JSON.stringify(empty)).toBe(without);
    expect(parse(schema, valid)).toEqual(valid);
    for (const wrong of [1, false, {}, 'a\u0000b', 'x'.repeat(255)])
      expect(schema.safeParse(withValue(valid, place, wrong)).success, JSON.stringify(wrong)).toBe(false);
  });

  test.each(cases.filter((each) => !isOptional(each)))(
    '$field of $name is refused',
    ({ schema, valid, place, field }) => {
      for (const empty of ['', ' ', null]) {
        const { error } = schema.safeParse(withValue(valid, place, empty));
        expect(
          error?.issues.map(({ path }) => path.join('.')),
          JSON.stringify(empty),
        ).toContain(field);
      }
    },
  );

  test('the optional and the required fields are those of the documentation', () => {
    const required = cases.filter((each) => !isOptional(each)).map(({ name, field }) => `${name} ${field}`);
    expect(required).toEqual([
      'order.create shippingAddress.name',
      'order.create shippingAddress.line1',
      'order.create shippingAddress.country',
      'order.update shippingAddress.name',
      'order.update shippingAddress.line1',
      'order.update shippingAddress.country',
      'order.quote shippingAddress.country',
    ]);
    expect(cases.length - required.length).toBe(9 + 9 + 7);
  });

  test('that the country needs is refused by its name', () => {
    const inGermany = { ...shippingAddress, country: 'DE', city: '', postalCode: null };
    const { error } = placeOrderInput.safeParse({ lines, shippingAddress: inGermany });
    expect(error?.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
      ['shippingAddress.city', 'is needed in an address in DE'],
      ['shippingAddress.postalCode', 'is needed in an address in DE'],
    ]);
  });
});
