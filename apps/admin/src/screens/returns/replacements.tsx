import { Link } from '@tanstack/react-router';
import { Button, Panel, Status } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import parts from '../../components/parts.module.css';
import type { Shipment } from '../order/use-order.ts';

type ReplacementsProps = { shipments: readonly Shipment[]; onCancel: (shipmentId: string) => void };

/** The shipments that replace units of a return. */
export function Replacements({ shipments, onCancel }: ReplacementsProps) {
  const { order } = useTexts();
  const texts = useTextsOf(returnsTexts);
  const { may } = useMe();
  if (shipments.length === 0) return null;
  return (
    <Panel title={texts.replacements}>
      {shipments.map(({ id, status, lines }) => (
        <div key={id} className={parts['row']}>
          <Link to="/shipping/$shipmentId" params={{ shipmentId: id }}>
            <code>{id}</code>
          </Link>
          <Status of={status} />
          <span>
            {order.units}: {lines.reduce((sum, { quantity }) => sum + quantity, 0)}
          </span>
          {status === 'READY' && may('orders') && (
            <Button onClick={() => onCancel(id)}>{texts.cancelReplacement.action}</Button>
          )}
        </div>
      ))}
    </Panel>
  );
}
