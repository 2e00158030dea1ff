import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Status } from '../../components/parts.tsx';
import { useTexts } from '../../texts/language.tsx';
import parts from '../../components/parts.module.css';
import type { Shipment } from '../order/use-order.ts';

type ShipmentLineProps = { shipment: Pick<Shipment, 'id' | 'status' | 'lines'>; children?: ReactNode };

/** One of a few shipments: its id, which leads to it, its status and its units, then its actions. */
export function ShipmentLine({ shipment: { id, status, lines }, children }: ShipmentLineProps) {
  const { order } = useTexts();
  return (
    <div className={parts['row']}>
      <Link to="/shipping/$shipmentId" params={{ shipmentId: id }}>
        <code>{id}</code>
      </Link>
      <Status of={status} />
      <span>
        {order.units}: {lines.reduce((sum, { quantity }) => sum + quantity, 0)}
      </span>
      {children}
    </div>
  );
}
