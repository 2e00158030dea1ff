import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { CommandLine, Failure } from '../../components/parts.tsx';
import { Changed, Pager, QueueTabs, useSelection } from '../../components/queue.tsx';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { shippingTexts } from '../../texts/shipping.ts';
import layout from '../../components/layout.module.css';
import parts from '../../components/parts.module.css';
import { DispatchDialog } from '../order/dispatch-dialog.tsx';
import orders from '../orders/orders.module.css';
import { FindForm } from './find-form.tsx';
import { ShipmentRows } from './shipment-rows.tsx';
import { listWords, shippingTabs, type ListedShipment, type ShippingTab } from './shipping-tabs.ts';
import { useShipments } from './use-shipments.ts';

/** One part of the shipments of all orders, page by page. */
export function ShippingDesk({ tab, after }: { tab: ShippingTab; after: string | undefined }) {
  const { orders: ordersTexts, queue, loading } = useTexts();
  const texts = useTextsOf(shippingTexts);
  const list = useShipments(tab, after);
  const { selected, toggle, select } = useSelection();
  const [dispatching, setDispatching] = useState<ListedShipment>();
  return (
    <>
      <div className={layout['head']}>
        <h1>{texts.title}</h1>
        <Link to="/shipping/numbers" className={parts['button']}>
          {texts.numbers.open}
        </Link>
      </div>
      <FindForm />
      <QueueTabs to="/shipping" tabs={shippingTabs.map((one) => [one, texts.tabs[one]])} current={tab} />
      {list.error && <Failure error={list.error} retry={list.retry} />}
      <div className={`${parts['row']} ${orders['bar']}`} aria-live="polite">
        {list.isChanged && <Changed onShow={list.show} />}
        {selected.size > 0 && (
          <>
            <span>{ordersTexts.selected(selected.size)}</span>
            <Link to="/shipping/slips" search={{ of: [...selected].join(',') }} className={parts['button']}>
              {texts.slips.open}
            </Link>
          </>
        )}
        {!list.isChanged && selected.size === 0 && <span className={orders['keys']}>{queue.keys}</span>}
      </div>
      {!list.isLoaded && !list.error && <p>{loading}</p>}
      {list.isLoaded && list.rows.length === 0 && <p>{texts.none[tab]}</p>}
      {list.rows.length > 0 && (
        <ShipmentRows
          tab={tab}
          list={list}
          selected={selected}
          onSelect={toggle}
          onSelectAll={select}
          onDispatch={setDispatching}
        />
      )}
      <Pager to="/shipping" tab={tab === 'pack' ? undefined : tab} after={after} next={list.nextCursor} />
      <CommandLine words={listWords(tab)} />
      {dispatching && <DispatchDialog shipment={dispatching} onClose={() => setDispatching(undefined)} />}
    </>
  );
}
