import { decimalsOf, type RouterInputs } from '@commerce-core/client';
import { parseAmount } from '../../format.ts';

/** What an operator has chosen to refund. */
export type RefundChoice = {
  what: 'all' | 'units' | 'amount';
  /** Units by line number. */
  units: Readonly<Record<number, number>>;
  restock: boolean;
  amount: string;
};

export const firstChoice: RefundChoice = { what: 'all', units: {}, restock: false, amount: '' };

type RefundInput = RouterInputs['refund']['create'];

/** The input of a refund; undefined while nothing is chosen, or the amount is none. */
export function refundInputOf(
  { what, units, restock, amount }: RefundChoice,
  { id: orderId, currency }: { id: string; currency: string },
  expectedVersion: number,
): RefundInput | undefined {
  const base = { orderId, expectedVersion };
  if (what === 'all') return base;
  if (what === 'amount') {
    const minor = parseAmount(amount, decimalsOf(currency));
    return minor === undefined ? undefined : { ...base, amount: minor };
  }
  const lines = Object.entries(units)
    .filter(([, quantity]) => quantity > 0)
    .map(([lineNo, quantity]) => ({ lineNo: Number(lineNo), quantity, restock }));
  return lines.length === 0 ? undefined : { ...base, lines };
}

/** The command that makes the same refund. */
export function refundWords(input: RefundInput, amount: string): string[] {
  const lines = input.lines?.flatMap(({ lineNo, quantity }) => ['--line', `${lineNo}:${quantity}`]) ?? [];
  const restock = input.lines?.some((line) => line.restock) ? ['--restock'] : [];
  const money = input.amount === undefined ? [] : ['--amount', amount.trim()];
  return ['refunds', 'create', input.orderId, ...money, ...lines, ...restock];
}
