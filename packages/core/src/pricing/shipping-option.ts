import type { ErrorDetails } from '../error-details.ts';

/** A way of shipping that shoppers choose. Amounts are in minor units of `currency`. */
export type ShippingOption = {
  id: string;
  name: string;
  priceAmount: number;
  currency: string;
  /** The option costs nothing when the products cost this much or more, before discounts; null: never. */
  freeFromAmount: number | null;
  /** The countries that it ships to (ISO 3166-1 alpha-2); null: all. */
  countries: string[] | null;
  /** The most units of products that an order may have; null: any number. */
  productMax: number | null;
  archivedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

/** What decides whether an option applies to an order, and its price. */
export type Basket = {
  currency: string;
  /** What the products cost, before discounts. */
  productAmount: number;
  /** Units of products. */
  units: number;
  /** Where the order goes; undefined when the shopper has not said yet. */
  country: string | undefined;
};

type InapplicableReason = ErrorDetails['shipping_option_not_applicable']['reason'];

/** Why an option doesn't apply to an order; undefined when it does. */
export function whyInapplicable(
  { currency, countries, productMax }: ShippingOption,
  basket: Basket,
): InapplicableReason | undefined {
  if (currency !== basket.currency) return 'currency';
  if (countries !== null && !countries.includes(basket.country ?? '')) return 'country';
  if (productMax !== null && basket.units > productMax) return 'too_many_units';
  return undefined;
}

/** What an option costs for an order to which it applies. */
export const shippingPrice = ({ priceAmount, freeFromAmount }: ShippingOption, { productAmount }: Basket): number =>
  freeFromAmount !== null && productAmount >= freeFromAmount ? 0 : priceAmount;
