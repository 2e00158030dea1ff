import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Status } from '../../components/parts.tsx';
import { QueueTable, type QueueSelection } from '../../components/queue-table.tsx';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { shippingTexts } from '../../texts/shipping.ts';
import parts from '../../components/parts.module.css';
import queueStyles from '../../components/queue.module.css';
import type { ListedShipment, ShippingTab, Slip } from './shipping-tabs.ts';
import { SlipChips, SlipLines, whereTo } from './slip-parts.tsx';
import { TrackingNumber } from './tracking-number.tsx';
import type { useShipments } from './use-shipments.ts';

type ShipmentRowsProps = QueueSelection & {
  tab: ShippingTab;
  list: ReturnType<typeof useShipments>;
  onDispatch: (shipment: ListedShipment) => void;
};

export function ShipmentRows({ tab, list, onDispatch, ...selection }: ShipmentRowsProps) {
  const { orders: ordersTexts } = useTexts();
  const texts = useTextsOf(shippingTexts);
  const navigate = useNavigate();
  const { rows, isGone, slipOf } = list;
  return (
    <QueueTable
      {...selection}
      label={texts.tabs[tab]}
      heads={[ordersTexts.order, texts.what, texts.to, tab === 'pack' ? texts.since : texts.parcels, texts.action]}
      rows={rows}
      isGone={isGone}
      onOpen={(shipmentId) => void navigate({ to: '/shipping/$shipmentId', params: { shipmentId } })}
      cells={(shipment) => (
        <ShipmentCells
          tab={tab}
          shipment={shipment}
          slip={slipOf.get(shipment.id)}
          isGone={isGone(shipment.id)}
          isSelected={selection.selected.has(shipment.id)}
          onSelect={selection.onSelect}
          onDispatch={onDispatch}
        />
      )}
    />
  );
}

type ShipmentCellsProps = Pick<ShipmentRowsProps, 'tab' | 'onSelect' | 'onDispatch'> & {
  shipment: ListedShipment;
  slip: Slip | undefined;
  isGone: boolean;
  isSelected: boolean;
};

function ShipmentCells({ tab, shipment, slip, isGone, isSelected, onSelect, onDispatch }: ShipmentCellsProps) {
  const { orders: ordersTexts, actions, queue } = useTexts();
  const texts = useTextsOf(shippingTexts);
  const { time } = useFormat();
  const { id, orderNumber, status, createdAt, parcels } = shipment;
  return (
    <>
      <td data-label="">
        <input
          type="checkbox"
          aria-label={texts.select(orderNumber)}
          checked={isSelected}
          onChange={() => onSelect(id)}
        />
      </td>
      <td data-label={ordersTexts.order}>
        <span className={parts['row']}>
          <Link to="/shipping/$shipmentId" params={{ shipmentId: id }}>
            <code>{orderNumber}</code>
          </Link>
          {slip && <SlipChips slip={slip} />}
        </span>
      </td>
      <td data-label={texts.what}>{slip && <SlipLines slip={slip} max={5} />}</td>
      <td data-label={texts.to}>{slip && whereTo(slip)}</td>
      <td data-label={tab === 'pack' ? texts.since : texts.parcels}>
        {tab === 'pack' ? (
          <time dateTime={createdAt}>{time(createdAt)}</time>
        ) : (
          <ul className={queueStyles['lines']}>
            {parcels.map((parcel) => (
              <li key={parcel.id} className={parts['row']}>
                <TrackingNumber parcel={parcel} /> <Status of={parcel.tracking} />
              </li>
            ))}
          </ul>
        )}
      </td>
      <td data-label={texts.action}>
        {isGone ? (
          queue.gone
        ) : status === 'READY' ? (
          <Button onClick={() => onDispatch(shipment)}>{actions.dispatch}</Button>
        ) : (
          <Status of={status} />
        )}
      </td>
    </>
  );
}
