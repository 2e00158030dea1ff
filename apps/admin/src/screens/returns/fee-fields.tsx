import { decimalsOf } from '@commerce-core/client';
import { Button, Field } from '../../components/parts.tsx';
import { parseAmount } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import parts from '../../components/parts.module.css';
import styles from './returns.module.css';

/** A fee as it is typed. */
export type TypedFee = { name: string; amount: string };

const feesMax = 10;

type FeeFieldsProps = { fees: readonly TypedFee[]; currency: string; onChange: (fees: TypedFee[]) => void };

/** Fees that a refund keeps back. */
export function FeeFields({ fees, currency, onChange }: FeeFieldsProps) {
  const { dialogs } = useTexts();
  const { refund: texts } = useTextsOf(returnsTexts);
  const set = (at: number, changed: Partial<TypedFee>) =>
    onChange(fees.map((fee, index) => (index === at ? { ...fee, ...changed } : fee)));
  return (
    <>
      {fees.map(({ name, amount }, index) => (
        // The fields of a form that only grows.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className={styles['fee']}>
          <Field label={texts.feeName}>
            <input
              className={parts['input']}
              value={name}
              maxLength={100}
              onChange={(event) => set(index, { name: event.target.value })}
            />
          </Field>
          <Field label={dialogs.amount(currency)}>
            <input
              className={parts['input']}
              inputMode="decimal"
              value={amount}
              onChange={(event) => set(index, { amount: event.target.value })}
            />
          </Field>
        </div>
      ))}
      <div>
        <Button onClick={() => onChange([...fees, { name: '', amount: '' }])} disabled={fees.length >= feesMax}>
          {texts.addFee}
        </Button>
      </div>
    </>
  );
}

/** The fees as the API takes them; undefined while one is incomplete. Empty fields are no fee. */
export function feesOf(fees: readonly TypedFee[], currency: string): { name: string; amount: number }[] | undefined {
  const typed = fees.filter(({ name, amount }) => name.trim() !== '' || amount.trim() !== '');
  const read = typed.map(({ name, amount }) => ({
    name: name.trim(),
    amount: parseAmount(amount, decimalsOf(currency)),
  }));
  const whole = read.flatMap(({ name, amount }) => (name === '' || amount === undefined ? [] : [{ name, amount }]));
  return whole.length === typed.length ? whole : undefined;
}

/** The same fees as options of a command. */
export const feeOptions = (fees: readonly TypedFee[]): string[] =>
  fees.flatMap(({ name, amount }) => (name.trim() === '' ? [] : ['--fee', `${name.trim()}:${amount.trim()}`]));
