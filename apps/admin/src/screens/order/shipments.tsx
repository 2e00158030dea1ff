import { Link } from '@tanstack/react-router';
import { Button, Panel, Status } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { useTexts } from '../../texts/language.tsx';
import parts from '../../components/parts.module.css';
import styles from './order.module.css';
import type { Order, Shipment } from './use-order.ts';

type ShipmentsProps = { order: Order; shipments: readonly Shipment[]; onDispatch: (shipmentId: string) => void };

/** The shipments of an order with their units and parcels. */
export function Shipments({ order, shipments, onDispatch }: ShipmentsProps) {
  const { order: texts, actions } = useTexts();
  const { may } = useMe();
  const nameOf = (lineNo: number) => order.lines.find((line) => line.lineNo === lineNo)?.name ?? String(lineNo);
  return (
    <Panel title={texts.shipments}>
      {shipments.length === 0 && <p className={parts['quiet']}>{texts.nothing}</p>}
      {shipments.map(({ id, status, lines, parcels }) => (
        <div key={id} className={styles['parcel']}>
          <div className={parts['row']}>
            <Status of={status} />
            <span>{lines.map(({ lineNo, quantity }) => `${quantity} × ${nameOf(lineNo)}`).join(', ')}</span>
            {status === 'READY' && may('orders') && <Button onClick={() => onDispatch(id)}>{actions.dispatch}</Button>}
            {may('orders') && (
              <Link to="/shipping/$shipmentId" params={{ shipmentId: id }}>
                {texts.toShipment}
              </Link>
            )}
          </div>
          {parcels.map(({ id: parcelId, carrier, trackingNumber, trackingUrl, tracking }) => (
            <div key={parcelId} className={parts['row']}>
              <span>{carrier}</span>
              {trackingUrl ? (
                <a href={trackingUrl} target="_blank" rel="noreferrer">
                  {trackingNumber}
                </a>
              ) : (
                <code>{trackingNumber}</code>
              )}
              <Status of={tracking} />
            </div>
          ))}
        </div>
      ))}
    </Panel>
  );
}
