import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, type FormEvent } from 'react';
import { Button, Field } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts } from '../../texts/language.tsx';
import parts from '../../components/parts.module.css';
import { orderFilter, orderStatuses, type OrderFilter } from './order-filter.ts';
import styles from './orders.module.css';

/** The filters of the list. They are in the address, so that a list can be kept and sent. */
export function OrderFilterForm({ filter }: { filter: OrderFilter }) {
  const { orders: texts } = useTexts();
  const { status } = useFormat();
  const navigate = useNavigate();
  const first = useRef<HTMLSelectElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      first.current?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const customer = form.get('customer');
    const search = orderFilter({
      status: form.get('status'),
      customer: typeof customer === 'string' ? customer.trim() : '',
      attention: form.has('attention'),
    });
    void navigate({ to: '/orders', search });
  };
  return (
    <form className={styles['filter']} onSubmit={submit}>
      <Field label={texts.status}>
        <select className={parts['input']} name="status" ref={first} defaultValue={filter.status ?? ''}>
          <option value="">{texts.any}</option>
          {orderStatuses.map((one) => (
            <option key={one} value={one}>
              {status(one)}
            </option>
          ))}
        </select>
      </Field>
      <Field label={texts.customer}>
        <input className={parts['input']} name="customer" defaultValue={filter.customer ?? ''} />
      </Field>
      <label className={parts['check']}>
        <input type="checkbox" name="attention" defaultChecked={filter.attention === true} />
        {texts.needsAttention}
      </label>
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
