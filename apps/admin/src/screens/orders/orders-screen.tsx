import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ExportButton } from '../../components/export-button.tsx';
import { Button, CommandLine, Failure } from '../../components/parts.tsx';
import { useTexts } from '../../texts/language.tsx';
import layout from '../../components/layout.module.css';
import parts from '../../components/parts.module.css';
import { OrderFilterForm } from './order-filter-form.tsx';
import { exportInputOf, listWords, type OrderFilter } from './order-filter.ts';
import { OrderRows } from './order-rows.tsx';
import styles from './orders.module.css';
import { Selection } from './selection.tsx';
import { useLiveOrders } from './use-live-orders.ts';

/** The orders of a filter. Another filter is another list. */
export function OrdersScreen() {
  const filter = useSearch({ from: '/signed-in/orders' });
  return <Orders key={JSON.stringify(filter)} filter={filter} />;
}

function Orders({ filter }: { filter: OrderFilter }) {
  const { orders: texts, loading } = useTexts();
  const list = useLiveOrders(filter);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const chosen = list.orders.filter(({ id }) => selected.has(id));
  const toggle = (orderId: string) => {
    const others = new Set(selected);
    if (!others.delete(orderId)) others.add(orderId);
    setSelected(others);
  };
  return (
    <>
      <div className={layout['head']}>
        <h1>{texts.title}</h1>
        <span className={parts['row']}>
          <span className={parts['quiet']}>{list.isLive ? texts.live : texts.polling}</span>
          <ExportButton of="orders" input={exportInputOf(filter)} />
        </span>
      </div>
      <OrderFilterForm filter={filter} currency={list.orders[0]?.currency} />
      {list.error && <Failure error={list.error} retry={() => void list.refetch()} />}
      <div className={`${parts['row']} ${styles['bar']}`} aria-live="polite">
        {list.freshCount > 0 && (
          <Button look="primary" onClick={list.showFresh}>
            {texts.fresh(list.freshCount)}
          </Button>
        )}
        {chosen.length > 0 && <Selection orders={chosen} onDone={() => setSelected(new Set())} />}
        {list.freshCount === 0 && chosen.length === 0 && <span className={styles['keys']}>{texts.keys}</span>}
      </div>
      {!list.isLoaded && !list.error && <p>{loading}</p>}
      {list.isLoaded && list.orders.length === 0 && <p>{texts.none}</p>}
      {list.orders.length > 0 && <OrderRows orders={list.orders} selected={selected} onSelect={toggle} />}
      {list.showOlder && (
        <div>
          <Button onClick={() => void list.showOlder?.()}>{texts.more}</Button>
        </div>
      )}
      <CommandLine words={listWords(filter)} />
    </>
  );
}
