import { Link, useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { Button, Field } from '../../components/parts.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { salesTexts } from '../../texts/sales.ts';
import parts from '../../components/parts.module.css';
import { ranges, type SalesSearch } from './sales-search.ts';

type RangeFormProps = {
  search: SalesSearch;
  range: { from: string; to: string };
  currencies: readonly string[];
  currency: string | undefined;
};

/** Chooses the days, the time zone that they are days of, and the currency. All of it is in the address. */
export function SalesRangeForm({ search, range, currencies, currency }: RangeFormProps) {
  const texts = useTextsOf(salesTexts);
  const navigate = useNavigate();
  const { zone } = search;
  const zones = [...new Set([zone, 'UTC', ...Intl.supportedValuesOf('timeZone')])];
  const kept = { zone, ...(search.currency !== undefined && { currency: search.currency }) };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const textOf = (name: string): string => {
      const value = form.get(name);
      return typeof value === 'string' ? value : '';
    };
    const given = { from: textOf('from'), to: textOf('to') };
    const isSameRange = given.from === range.from && given.to === range.to && search.days !== undefined;
    const days = isSameRange ? { days: search.days } : given;
    const chosen = textOf('currency');
    void navigate({
      to: '/sales',
      search: { ...days, zone: textOf('zone'), ...(chosen !== '' && { currency: chosen }) },
    });
  };
  return (
    <>
      <nav className={parts['row']} aria-label={texts.range}>
        {ranges.map((days) => (
          <Link
            key={days}
            to="/sales"
            search={{ days, ...kept }}
            className={`${parts['button']} ${search.days === days ? parts['primary'] : ''}`}
            {...(search.days === days && { 'aria-current': 'true' })}
          >
            {texts.lastDays(days)}
          </Link>
        ))}
      </nav>
      <form className={parts['filter']} onSubmit={submit} key={JSON.stringify([range, zone, currency])}>
        <Field label={texts.from}>
          <input className={parts['input']} type="date" name="from" required defaultValue={range.from} />
        </Field>
        <Field label={texts.to}>
          <input className={parts['input']} type="date" name="to" required defaultValue={range.to} />
        </Field>
        <Field label={texts.zone}>
          <select className={parts['input']} name="zone" defaultValue={zone}>
            {zones.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </Field>
        {currencies.length > 0 && (
          <Field label={texts.currency}>
            <select className={parts['input']} name="currency" defaultValue={currency}>
              {currencies.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </Field>
        )}
        <div>
          <Button type="submit">{texts.show}</Button>
        </div>
      </form>
    </>
  );
}
