import type { Client } from '@commerce-core/client';
import { InvalidArgumentError, type Option } from 'commander';
import { parseMoney } from '../../money.ts';
import { RepeatableOption } from '../../strict-command.ts';

/** A fee as an operator writes it: its name, and its amount as text. */
export type Fee = { name: string; text: string };

export const feeOption = (): Option =>
  new RepeatableOption('--fee <name:amount>', 'what is kept back; again for another fee').argParser(addFee);

/** Reads `name:amount`. The currency, which decides on the decimals, isn't known yet. */
function addFee(text: string, others: Fee[] = []): Fee[] {
  const at = text.lastIndexOf(':');
  if (at < 1 || at === text.length - 1)
    throw new InvalidArgumentError('Write what the fee is for and its amount, for instance "Return label:4.90".');
  return [...others, { name: text.slice(0, at), text: text.slice(at + 1) }];
}

/** The fees in minor units of the order's currency. */
export async function parseFees(client: Client, returnId: string, fees: readonly Fee[] = []) {
  if (fees.length === 0) return [];
  const { currency } = await client.return.preview.query({ returnId });
  return fees.map(({ name, text }) => ({ name, amount: parseMoney(text, currency) }));
}
