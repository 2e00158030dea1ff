import { Link } from '@tanstack/react-router';
import { Button } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { shippingTexts } from '../../texts/shipping.ts';
import parts from '../../components/parts.module.css';
import type { Shipment } from '../order/use-order.ts';
import { canBeRepacked, mergeableWith, type OpenDialog } from './open-dialog.ts';

type ShipmentActionsProps = {
  shipment: Shipment;
  others: readonly Shipment[];
  onOpen: (dialog: OpenDialog) => void;
};

/** What can be done with a shipment now. */
export function ShipmentActions({ shipment, others, onOpen }: ShipmentActionsProps) {
  const { actions } = useTexts();
  const texts = useTextsOf(shippingTexts);
  const { may } = useMe();
  const { id: shipmentId, status, lines } = shipment;
  const isOnItsWay = status === 'SHIPPED' || status === 'IN_TRANSIT';
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const open = (dialog: Exclude<OpenDialog['dialog'], 'correct' | 'arrived' | 'track'>) => () =>
    onOpen({ dialog, shipmentId });
  if (!may('orders')) return null;
  return (
    <div className={parts['row']} role="group" aria-label={actions.label}>
      {status === 'READY' && (
        <Button look="primary" onClick={open('dispatch')}>
          {actions.dispatch}
        </Button>
      )}
      <Link to="/shipping/slips" search={{ of: shipmentId }} className={parts['button']}>
        {texts.slips.slip}
      </Link>
      {canBeRepacked(shipment) && units > 1 && <Button onClick={open('split')}>{texts.split.action}</Button>}
      {mergeableWith(shipment, others).length > 0 && <Button onClick={open('merge')}>{texts.merge.action}</Button>}
      {status === 'SHIPPED' && <Button onClick={open('transit')}>{texts.transit.action}</Button>}
      {isOnItsWay && <Button onClick={open('deliver')}>{texts.deliver.action}</Button>}
      {isOnItsWay && <Button onClick={open('lost')}>{texts.lost.action}</Button>}
      {isOnItsWay && <Button onClick={open('returned')}>{texts.returned.action}</Button>}
    </div>
  );
}
