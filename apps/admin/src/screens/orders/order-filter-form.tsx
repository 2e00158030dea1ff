import { decimalsOf } from '@commerce-core/client';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, type FormEvent } from 'react';
import { Button, Field } from '../../components/parts.tsx';
import { amountText, parseAmount, useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { orderFiltersTexts } from '../../texts/order-filters.ts';
import parts from '../../components/parts.module.css';
import { choices, orderFilter, type OrderFilter } from './order-filter.ts';
import styles from './orders.module.css';

type FormProps = { filter: OrderFilter; currency: string | undefined };
type TextName = 'q' | 'customer' | 'email' | 'reference' | 'sku' | 'tracking';
type DayName = 'since' | 'until' | 'paidSince' | 'paidUntil' | 'shippedSince' | 'shippedUntil';

const usual: readonly string[] = ['q', 'status', 'fulfillment', 'attention'];

/**
 * The filters of the list. They are in the address, so that a list can be kept and sent. Totals are written in
 * `currency`, and in minor units while the list has shown no order.
 */
export function OrderFilterForm({ filter, currency }: FormProps) {
  const { orders: texts } = useTexts();
  const navigate = useNavigate();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.key !== '/' || (target instanceof HTMLElement && target.closest('input, textarea, dialog'))) return;
      event.preventDefault();
      form.current?.querySelector('input')?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void navigate({ to: '/orders', search: filterOf(new FormData(event.currentTarget), decimalsIn(currency)) });
  };
  return (
    <form className={parts['stack']} onSubmit={submit} ref={form}>
      <div className={styles['filter']}>
        <TextField name="q" filter={filter} />
        <ChoiceField name="status" filter={filter} />
        <ChoiceField name="fulfillment" filter={filter} />
        <label className={parts['check']}>
          <input type="checkbox" name="attention" defaultChecked={filter.attention === true} />
          {texts.needsAttention}
        </label>
      </div>
      <MoreFilters filter={filter} currency={currency} />
      <div className={parts['row']}>
        <Button type="submit" look="primary">
          {texts.search}
        </Button>
        {Object.keys(filter).length > 0 && (
          <Button look="plain" onClick={() => void navigate({ to: '/orders', search: {} })}>
            {texts.clear}
          </Button>
        )}
      </div>
    </form>
  );
}

const decimalsIn = (currency: string | undefined): number => (currency === undefined ? 0 : decimalsOf(currency));

function filterOf(form: FormData, decimals: number): OrderFilter {
  const given: Record<string, unknown> = Object.fromEntries(form);
  const total = (name: string) => {
    const text = form.get(name);
    if (typeof text !== 'string' || text.trim() === '') return undefined;
    return parseAmount(text, decimals) ?? 0;
  };
  return orderFilter({
    ...given,
    minTotal: total('minTotal'),
    maxTotal: total('maxTotal'),
    attention: form.has('attention'),
  });
}

function MoreFilters({ filter, currency }: FormProps) {
  const texts = useTextsOf(orderFiltersTexts);
  const count = Object.keys(filter).filter((name) => !usual.includes(name)).length;
  return (
    <details open={count > 0}>
      <summary>{count > 0 ? texts.moreSet(count) : texts.more}</summary>
      <div className={`${styles['filter']} ${styles['more']}`}>
        <ChoiceField name="payment" filter={filter} />
        <ChoiceField name="reason" filter={filter} />
        {(['email', 'reference', 'sku', 'tracking', 'customer'] as const).map((name) => (
          <TextField key={name} name={name} filter={filter} />
        ))}
        {(['minTotal', 'maxTotal'] as const).map((name) => (
          // The currency is known once there is an order.
          <TotalField key={`${name} ${currency}`} name={name} filter={filter} currency={currency} />
        ))}
        {(['since', 'until', 'paidSince', 'paidUntil', 'shippedSince', 'shippedUntil'] as const).map((name) => (
          <DayField key={name} name={name} filter={filter} />
        ))}
        <ChoiceField name="sort" filter={filter} />
      </div>
    </details>
  );
}

function ChoiceField({ name, filter }: { name: keyof typeof choices; filter: OrderFilter }) {
  const { orders, reasons } = useTexts();
  const texts = useTextsOf(orderFiltersTexts);
  const { status } = useFormat();
  const labelOf = (value: string): string => {
    if (name === 'sort') return texts.sorts[value as (typeof choices.sort)[number]];
    return name === 'reason' ? reasons[value as (typeof choices.reason)[number]].title : status(value);
  };
  return (
    <Field label={name === 'status' ? orders.status : texts[name]}>
      <select className={parts['input']} name={name} defaultValue={filter[name] ?? ''}>
        {/* The list begins with the latest orders where nothing else is chosen. */}
        {name !== 'sort' && <option value="">{orders.any}</option>}
        {choices[name].map((value) => (
          <option key={value} value={value === 'newest' ? '' : value}>
            {labelOf(value)}
          </option>
        ))}
      </select>
    </Field>
  );
}

function TextField({ name, filter }: { name: TextName; filter: OrderFilter }) {
  const { orders } = useTexts();
  const texts = useTextsOf(orderFiltersTexts);
  return (
    <Field label={name === 'customer' ? orders.customer : texts[name]}>
      <input className={parts['input']} name={name} maxLength={200} defaultValue={filter[name] ?? ''} />
    </Field>
  );
}

function DayField({ name, filter }: { name: DayName; filter: OrderFilter }) {
  const texts = useTextsOf(orderFiltersTexts);
  return (
    <Field label={texts[name]}>
      <input className={parts['input']} type="date" name={name} defaultValue={filter[name] ?? ''} />
    </Field>
  );
}

function TotalField({ name, filter, currency }: FormProps & { name: 'minTotal' | 'maxTotal' }) {
  const texts = useTextsOf(orderFiltersTexts);
  const decimals = decimalsIn(currency);
  const value = filter[name];
  return (
    <Field label={texts[name](currency ?? texts.minorUnits)}>
      <input
        className={parts['input']}
        name={name}
        inputMode="decimal"
        pattern={decimals === 0 ? '\\d{1,13}' : `\\d{1,13}([.,]\\d{1,${decimals}})?`}
        title={texts.totalHelp}
        defaultValue={value === undefined ? '' : amountText(value, decimals)}
      />
    </Field>
  );
}
