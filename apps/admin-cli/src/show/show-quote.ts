import type { RouterOutputs } from '@commerce-core/client';
import { formatMoney } from '../money.ts';
import { renderRecord, renderTable, skuWhole, type Column, type Screen } from '../table.ts';

type Quote = RouterOutputs['order']['quote'];

/** Renders what an order would cost, the shipping options that apply, and what is short. */
export function renderQuote(
  { lines, shippingOptions, totalAmount, currency, shortages }: Quote,
  screen: Screen,
): string {
  const money = (amount: number) => formatMoney(amount, currency);
  const lineColumns: Column<Quote['lines'][number]>[] = [
    { head: '#', value: ({ lineNo }) => String(lineNo), align: 'right' },
    { head: 'SKU', value: ({ sku, kind }) => sku ?? kind, wraps: skuWhole },
    { head: 'NAME', value: ({ name }) => name, wraps: true },
    { head: 'UNITS', value: ({ quantity }) => String(quantity), align: 'right' },
    { head: 'AMOUNT', value: ({ amount }) => money(amount), align: 'right' },
  ];
  const optionColumns: Column<Quote['shippingOptions'][number]>[] = [
    { head: 'SHIPPING OPTION', value: ({ id }) => id },
    { head: 'NAME', value: ({ name }) => name, wraps: true },
    { head: 'PRICE', value: ({ priceAmount }) => money(priceAmount), align: 'right' },
  ];
  const skuOf = (productId: string) => lines.find((line) => line.productId === productId)?.sku ?? productId;
  const short = shortages.map(
    ({ productId, requestedQty, sellableQty }) =>
      ['short', `${skuOf(productId)}: ${sellableQty} of ${requestedQty} units`] as const,
  );
  return [
    renderTable(lines, lineColumns, screen),
    shippingOptions.length > 0 ? renderTable(shippingOptions, optionColumns, screen) : '',
    renderRecord([['total', money(totalAmount)], ...short], screen),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}
