import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Status } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { shippingTexts } from '../../texts/shipping.ts';
import parts from '../../components/parts.module.css';
import queueStyles from '../../components/queue.module.css';
import orders from '../orders/orders.module.css';
import { useRowKeys } from '../orders/use-row-keys.ts';
import type { ListedShipment, ShippingTab, Slip } from './shipping-tabs.ts';
import { SlipChips, SlipLines, whereTo } from './slip-parts.tsx';
import { TrackingNumber } from './tracking-number.tsx';
import type { useShipments } from './use-shipments.ts';

type ShipmentRowsProps = {
  tab: ShippingTab;
  list: ReturnType<typeof useShipments>;
  selected: ReadonlySet<string>;
  onSelect: (shipmentId: string) => void;
  onSelectAll: (shipmentIds: readonly string[]) => void;
  onDispatch: (shipment: ListedShipment) => void;
};

export function ShipmentRows({ tab, list, selected, onSelect, onSelectAll, onDispatch }: ShipmentRowsProps) {
  const { orders: ordersTexts, queue } = useTexts();
  const texts = useTextsOf(shippingTexts);
  const navigate = useNavigate();
  const { rows, isGone, slipOf } = list;
  const { rowProps } = useRowKeys({
    count: rows.length,
    onOpen: (index) => {
      const shipmentId = rows[index]?.id;
      if (shipmentId !== undefined) void navigate({ to: '/shipping/$shipmentId', params: { shipmentId } });
    },
    onSelect: (index) => {
      const shipmentId = rows[index]?.id;
      if (shipmentId !== undefined) onSelect(shipmentId);
    },
  });
  const areAll = selected.size === rows.length;
  const heads = [ordersTexts.order, texts.what, texts.to, tab === 'pack' ? texts.since : texts.parcels, texts.action];
  return (
    <table className={parts['table']} aria-label={texts.tabs[tab]}>
      <thead>
        <tr>
          <th scope="col" className={orders['narrow']}>
            <input
              type="checkbox"
              aria-label={queue.selectAll}
              checked={areAll}
              onChange={() => onSelectAll(areAll ? [] : rows.map(({ id }) => id))}
            />
          </th>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((shipment, index) => (
          <tr
            key={shipment.id}
            className={`${orders['row']} ${isGone(shipment.id) ? queueStyles['gone'] : ''}`}
            {...rowProps(index)}
          >
            <ShipmentCells
              tab={tab}
              shipment={shipment}
              slip={slipOf.get(shipment.id)}
              isGone={isGone(shipment.id)}
              isSelected={selected.has(shipment.id)}
              onSelect={onSelect}
              onDispatch={onDispatch}
            />
          </tr>
        ))}
      </tbody>
    </table>
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
